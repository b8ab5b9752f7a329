/** A step that fails and is tried again by itself: until its time is up, nobody is asked, and nothing else tells of it. */
import { isMendable } from '../../domain/recovery.ts';
import { asSentence, oneLine, shorten } from '../../domain/report/plain.ts';
import type { RollbackStatus } from '../../domain/rollback.ts';
import { quoted } from '../follow-up.ts';
import type { Retrying } from '../temporal/under-way.ts';
import type { Pasteable } from './progress.ts';

const MAX_QUOTED = 400;

/** One line of whole sentences: the try, what the last one said, and what helps where something is down. */
export function retryingLine(
  { step, attempt, failure }: Retrying,
  { kind, plan }: Pick<RollbackStatus, 'kind' | 'plan'>,
  pasteable: Pasteable = (answer) => answer,
): string {
  const said = asSentence(shorten(oneLine(failure.message), MAX_QUOTED));
  const tried = `${step} is on try ${attempt}, by itself. The last one said: “${said}”`;
  // A recovery is no answer to what fails in a recovery.
  const isMended = kind !== 'recover' && failure.type !== null && isMendable({ type: failure.type });
  if (!isMended || plan === null) return tried;
  const look = `backout recover ${quoted(plan.service)} --env ${quoted(plan.environment)} --dry-run --reason WHY`;
  return (
    `${tried} Something is down: once the time for this step is up, the decision \`recover\` is offered. ` +
    `What is broken, without changing anything: \`${pasteable(look)}\`.`
  );
}

/** For the live view: which of them to tell of now. A new failure at once, the same one each time its tries have doubled. */
export class RetryNews {
  readonly #told = new Map<string, { message: string; attempt: number }>();

  of(retrying: readonly Retrying[]): Retrying[] {
    const news = retrying.filter(({ step, attempt, failure: { message } }) => {
      const last = this.#told.get(step);
      return last === undefined || last.message !== message || attempt >= 2 * last.attempt;
    });
    for (const { step, attempt, failure } of news)
      this.#told.set(step, { message: failure.message, attempt });
    return news;
  }
}
