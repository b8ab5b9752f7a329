/** Who was paged after a rollback had ended: its escalation is asked, which may go on for long. Changes nothing. */
import { escalationStatusSchema } from '../../src/domain/escalation/state.ts';
import type { EscalationStatus } from '../../src/domain/escalation/state.ts';
import type { LaterPages } from '../../src/domain/report/pages.ts';
import { oneLine } from '../../src/domain/report/plain.ts';
import type { IncidentRecord } from '../../src/domain/rollback.ts';
import type { Deps } from '../deps.ts';

/** One that has ended is replayed by a worker before it answers. */
const ANSWER_WITHIN_MS = 10_000;

/** The query in workflows/messages.ts. */
const QUERY = 'escalationStatus';

/** Null where the rollback pages nobody. Never throws: a record that says less is better than none. */
export async function laterPages(
  { client }: Pick<Deps, 'client'>,
  { status: { escalation } }: Pick<IncidentRecord, 'status'>,
): Promise<LaterPages | null> {
  if (escalation === undefined || escalation.state === 'off') return null;
  try {
    const answer = await client.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      client.workflow.getHandle(escalation.workflowId).query<EscalationStatus>(QUERY),
    );
    const parsed = escalationStatusSchema.safeParse(answer);
    return parsed.success ? parsed.data : { unreadable: 'its answer is not one that this version reads' };
  } catch (error) {
    return { unreadable: oneLine(error instanceof Error ? error.message : String(error)).replace(/\.$/, '') };
  }
}
