/**
 * Reads what people send, also what can't be read. The SDK's own way to treat a signal or an input that is not in an
 * encoding it knows is to try the workflow task again for ever, which would leave a rollback stuck in the middle.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, PayloadConverter } from '@temporalio/common';

/** Stands for content that could not be read. It is not an object, so that every schema of ours refuses it. */
const unreadable = (why: string) => `(content that can not be read: ${why})`;

export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload: <T>(payload: Payload): T => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch (error) {
      return unreadable(error instanceof Error ? error.message : String(error)) as T;
    }
  },
};
