/** `backout blocks`: which versions are blocked, and who let others go. */
import type { BlockState } from '../../domain/blocks/block.ts';
import { formatTime } from '../../domain/report/format.ts';
import { oneLine } from '../../domain/report/plain.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { requireKnown } from '../known-service.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { table } from '../view/table.ts';

export type BlocksOptions = GlobalOptions & { service?: string; all?: boolean; json?: boolean };

export async function blocks(options: BlocksOptions, io: Io): Promise<number> {
  const { service, all = false, json = false } = options;
  const { listBlocks } = await import('../../blocks.ts');
  const found = await withTemporal(options, io, ({ client }) => listBlocks(client, all));
  const wanted = found.filter(
    (one) => one.state !== 'free' && (service === undefined || one.block.service === service),
  );
  if (wanted.length === 0) requireKnown(options, io.env);
  io.out(json ? `${JSON.stringify(wanted, null, 2)}\n` : renderBlocks(wanted, all));
  return EXIT.ok;
}

/** One line for each; with `all`, who let it go as well. */
export function renderBlocks(states: BlockState[], all: boolean): string {
  const rows = states.flatMap((one) => {
    if (one.state === 'free') return [];
    const { service, version, environment, since, by, reason, rollback } = one.block;
    const who = rollback === null ? by : `${by} (${rollback})`;
    const place = [
      service,
      oneLine(version),
      environment ?? 'every',
      formatTime(since),
      oneLine(who),
      oneLine(reason),
    ];
    if (!all) return [place];
    return [[...place, one.state === 'blocked' ? 'blocked' : unblocked(one.lifted)]];
  });
  if (rows.length === 0) return 'No version is blocked.\n';
  const header = ['service', 'version', 'environment', 'since', 'by', 'reason'];
  return table(all ? [...header, 'now'] : header, rows);
}

const unblocked = ({ by, at, reason }: Extract<BlockState, { state: 'lifted' }>['lifted']): string =>
  `unblocked at ${formatTime(at)} by ${oneLine(by)}: ${oneLine(reason)}`;
