/** What a page tells of a rollback, out of all that is known of it. */
import { dataSentence } from '../report/data.ts';
import { clean } from '../report/plain.ts';
import type { RollbackStatus } from '../rollback.ts';
import type { RollbackView } from './state.ts';

export function viewOf(status: RollbackStatus): RollbackView {
  const { plan, steps, traffic, awaiting } = status;
  const data = plan === null ? [] : [dataSentence({ plan, status: { steps } })];
  return { state: [clean(traffic), ...data].join(' '), awaiting };
}
