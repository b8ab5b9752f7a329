/** RESTORE that came before it was asked for: it is kept, and people should know that before they answer anything else. */
import { formatTime } from '../report/format.ts';
import { oneLine } from '../report/plain.ts';
import type { Approvals } from './state.ts';
import { mayGoAhead } from './state.ts';

/** One whole sentence for each that is kept. Nothing once the restore is decided. */
export function keptRestores(approvals: Approvals): string[] {
  if (approvals.restoreDecision !== null) return [];
  const when = mayGoAhead(approvals)
    ? 'as soon as the rollback comes to the database'
    : 'once the rollback is approved and comes to the database: whoever approves lets the database be restored, too';
  return approvals.kept.flatMap(({ message, at }) => {
    if (message.name !== 'confirmRestore') return [];
    const by = message.by === undefined ? 'somebody who gave no name' : oneLine(message.by);
    const backup = message.backup === undefined ? '' : ` for ${oneLine(message.backup)}`;
    return [`RESTORE${backup} by ${by}, ${formatTime(at)}, is kept and will be used ${when}.`];
  });
}
