/** The activities of a follow-up: looking, telling, tickets, records. None changes traffic or data. */
import { describeRecipient } from '../../src/domain/follow-up/ways.ts';
import { followUpDraft } from '../../src/domain/templates/announcements.ts';
import { createWriter } from '../../src/templates/write.ts';
import type { Deps } from '../deps.ts';
import { writeFollowUp } from '../incident/follow-up.ts';
import { tellOfFollowUp } from '../notification/follow-up.ts';
import { changeTicket, openTicket } from '../tickets/index.ts';
import type { Activities } from '../types.ts';
import { activity } from './activity.ts';
import { asResult, sinkOf } from './steps.ts';
import { laterPages } from './later-pages.ts';
import { watchService } from './watch.ts';

type FollowUpActivities = Pick<
  Activities,
  'watchService' | 'announceFollowUp' | 'openTicket' | 'changeTicket' | 'writeFollowUp'
>;

const UNCHANGED = 'Traffic and data were not changed by this.';

export function followUpActivities(deps: Deps): FollowUpActivities {
  const write = createWriter(deps);
  return {
    watchService: activity((input, running) => watchService(deps, input, running), UNCHANGED),
    announceFollowUp: activity(async ({ channel, message }, running) => {
      const { config } = message.record.plan;
      const name = typeof channel === 'string' ? channel : 'level';
      const { message: announcement, problem } = write(followUpDraft(message, name));
      await tellOfFollowUp(deps, { to: channel, config, announcement }, running);
      return {
        outcome: 'done',
        proof: `${describeRecipient(channel)} took the message (${message.moment.is})`,
        details: problem === null ? [] : [problem],
        provedAt: new Date().toISOString(),
      };
    }, UNCHANGED),
    openTicket: activity((input, running) => openTicket(deps, input, running), UNCHANGED),
    changeTicket: activity((input, running) => changeTicket(deps, input, running), UNCHANGED),
    writeFollowUp: activity(async ({ record, status }) => {
      const rollback = { ...record.status, requestedBy: record.plan.request.requestedBy ?? '' };
      const later = await laterPages(deps, record);
      return asResult(await writeFollowUp({ record, status, later }, await sinkOf(deps, { rollback })));
    }, UNCHANGED),
  };
}
