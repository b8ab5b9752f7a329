/** What people tell a follow-up: that something is done. A signal is never thrown back; one that is refused is shown. */
import { setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import { parseTick, tickItem, whyTickRefused } from '../../src/domain/follow-up/items.ts';
import type { ItemName } from '../../src/domain/follow-up/items.ts';
import { followUpStatusQuery, tickSignal, tickUpdate } from '../messages.ts';
import { now } from './follow-up-logbook.ts';
import type { Logbook } from './follow-up-logbook.ts';

/** @param onTick called when something was ticked */
export function listenToTicks(log: Logbook, onTick: () => void): void {
  setHandler(followUpStatusQuery, () => log.status, {
    description: 'What was seen, what is open, and what was written.',
  });
  const description = 'Say that something is done: {"item": "…", "by": "you", "note": "…"}';
  const take = (content: unknown): string => {
    const answer = tick(log, content);
    if (answer === 'recorded') onTick();
    return answer;
  };
  setHandler(tickSignal, (content) => void take(content), { description });
  setHandler(tickUpdate, take, {
    description,
    validator: (content) => {
      const why = whyRefused(log, content);
      if (why !== null) throw new Error(why);
    },
  });
  setDefaultSignalHandler((name) => log.refuse(name, 'there is no signal of that name; known is tick'));
}

function whyRefused({ hasEnded, state }: Logbook, content: unknown): string | null {
  const parsed = parseTick(content);
  if ('why' in parsed) return parsed.why;
  return hasEnded ? 'the follow-up has ended' : whyTickRefused(parsed.tick, state.items);
}

function tick(log: Logbook, content: unknown): string {
  const why = whyRefused(log, content);
  const parsed = parseTick(content);
  if (why !== null || 'why' in parsed) {
    log.refuse('tick', why ?? 'it can not be read');
    return `refused: ${why}`;
  }
  const { item, by, note } = parsed.tick;
  const said = note === undefined ? {} : { note };
  log.change({
    items: tickItem(log.state.items, item as ItemName, { at: now(), by, assurance: 'declared', ...said }),
  });
  log.note(`Ticked: ${item}${note === undefined ? '' : `: ${note}`}`, by);
  log.publish();
  return 'recorded';
}
