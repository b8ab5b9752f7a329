/** `backout block`: keep a version from being deployed. Needs Temporal, and no worker. */
import { describeBlock, describePlace, unblockCommand } from '../../domain/blocks/words.ts';
import { environmentsFor, toBlockRequest } from '../blocked-place.ts';
import type { PlaceOptions } from '../blocked-place.ts';
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';

export type BlockOptions = GlobalOptions & PlaceOptions & { reason: string; by?: string; json?: boolean };

export async function block(options: BlockOptions, io: Io): Promise<number> {
  const by = whoAmI(options.by, io.env);
  const request = toBlockRequest(options, { by, reason: options.reason });
  environmentsFor(options, io.env);
  const place = { ...request, environment: request.environment ?? null };
  return await withTemporal(options, io, async ({ client, settings }) => {
    const { askBlock, startBlock } = await import('../../blocks.ts');
    const outcome = await startBlock(client, request, settings.taskQueue);
    const found = await askBlock(client, place);
    const standing = found.state === 'blocked' ? found.block : null;
    if (options.json) {
      const { service, version, environment } = place;
      const said = { format: 'backout.block/1', outcome, service, version, environment, block: standing };
      io.out(`${JSON.stringify(said, null, 2)}\n`);
    } else if (standing === null) {
      io.err(`${describePlace(place)} was blocked, and somebody has let it go in this very moment.\n`);
    } else {
      io.out(`${outcome === 'already' ? 'It was blocked already. ' : ''}${describeBlock(standing)}\n`);
      io.out(`  Once it is known to be good:  ${unblockCommand(standing)}\n`);
    }
    return standing === null ? EXIT.failed : EXIT.ok;
  });
}
