/** A connection to Temporal that can be closed at any moment. */
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;

const CANCELLED = 1;

/**
 * Opens a connection whose calls are retried as the client does it by default.
 * @throws Error when nobody answers within the `connectTimeout`
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  return await Connection.connect({ ...options, interceptors: retrying() });
}

/**
 * The client's own retries, which outlive the connection: one whose time comes after the connection was closed throws out of a
 * timer, where nobody can catch it, and ends the command with a stack trace. Here such a call ends as cancelled.
 */
export function retrying(): Interceptor[] {
  return [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), cancelWhenClosed];
}

const cancelWhenClosed: Interceptor = (options, next) => {
  try {
    return next(options) as Call;
  } catch (error) {
    return cancelled(error instanceof Error ? error.message : String(error));
  }
};

/** A call that ends as it starts. */
function cancelled(details: string): Call {
  const nothing = () => undefined;
  const call: Pick<Call, 'start' | 'sendMessage' | 'halfClose' | 'startRead' | 'cancelWithStatus'> = {
    start: (metadata, listener) => listener?.onReceiveStatus?.({ code: CANCELLED, details, metadata }),
    sendMessage: nothing,
    halfClose: nothing,
    startRead: nothing,
    cancelWithStatus: nothing,
  };
  return call as Call;
}
