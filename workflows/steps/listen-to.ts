/** What people tell a companion of a rollback itself, since the rollback may be gone. */
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { Message } from '../../src/domain/messages.ts';
import { parseMessage } from '../../src/domain/reducer.ts';
import { MESSAGE_DESCRIPTIONS, SIGNALS, UPDATES } from '../messages.ts';

type Heard = 'acknowledge' | 'resolve';

type Desk<Name extends Heard> = {
  /** Why nothing is taken any more; null while it is. */
  whyOver: () => string | null;
  take: (message: Extract<Message, { name: Name }>) => void;
};

/** Takes one message, as a signal, which never throws, and as an update, whose validator says why it is refused. */
export function listenTo<Name extends Heard>(name: Name, { whyOver, take }: Desk<Name>): void {
  const judge = (content: unknown): { message: Message } | { why: string } => {
    const parsed = parseMessage(name, content);
    if ('why' in parsed) return parsed;
    const why = whyOver();
    return why === null ? parsed : { why };
  };
  const answer = (content: unknown): string => {
    const judged = judge(content);
    if ('why' in judged) return `refused: ${judged.why}`;
    take(judged.message as Extract<Message, { name: Name }>);
    return 'recorded';
  };
  const description = MESSAGE_DESCRIPTIONS[name];
  const signal: SignalDefinition<[unknown]> = SIGNALS[name];
  const update: UpdateDefinition<string, [unknown]> = UPDATES[name];
  setHandler(signal, (content) => void answer(content), { description });
  setHandler(update, answer, {
    description,
    validator: (content) => {
      const judged = judge(content);
      if ('why' in judged) throw new Error(judged.why);
    },
  });
}
