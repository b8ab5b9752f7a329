/** `backout unblock`: a person lets a version go, with a reason. Needs Temporal, and no worker. */
import type { Client } from '@temporalio/client';
import { versionKey } from '../../domain/blocks/block.ts';
import type { Block, BlockPlace } from '../../domain/blocks/block.ts';
import { describeBlock, describeLifted, describePlace, unblockCommand } from '../../domain/blocks/words.ts';
import { environmentsFor, placesOf, toBlockRequest } from '../blocked-place.ts';
import type { PlaceOptions } from '../blocked-place.ts';
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';

export type UnblockOptions = GlobalOptions & PlaceOptions & { reason: string; by?: string; json?: boolean };

export async function unblock(options: UnblockOptions, io: Io): Promise<number> {
  const by = whoAmI(options.by, io.env);
  const { reason, ...place } = toBlockRequest(options, { by, reason: options.reason });
  const environments = environmentsFor(options, io.env);
  return await withTemporal(options, io, async ({ client }) => {
    const { askBlock, liftBlock } = await import('../../blocks.ts');
    const places =
      options.env === undefined
        ? await everywhere(client, { ...options, ...place }, environments ?? [])
        : [{ ...place, environment: options.env }];
    const lifted = await Promise.all(places.map((one) => liftBlock(client, one, { by, reason })));
    const gone = lifted.filter((one) => one !== null);
    // One that holds everywhere holds here as well.
    const general = await askBlock(client, { ...place, environment: null });
    const standing = general.state === 'blocked' ? general.block : null;
    print(
      { place: { ...place, environment: options.env ?? null }, lifted: gone, standing, by, reason },
      options,
      io,
    );
    return standing === null ? EXIT.ok : EXIT.blocked;
  });
}

/** Where it is blocked: asked for where the configuration tells, and looked up in Temporal's list for what it does not. */
async function everywhere(
  client: Client,
  options: UnblockOptions,
  environments: string[],
): Promise<BlockPlace[]> {
  const { listBlocks } = await import('../../blocks.ts');
  const listed = (await listBlocks(client, false)).flatMap((one) =>
    one.state === 'blocked' &&
    one.block.service === options.service &&
    versionKey(one.block.version) === versionKey(options.version) &&
    one.block.environment !== null
      ? [one.block.environment]
      : [],
  );
  return placesOf(options, [...new Set([...environments, ...listed])]);
}

type Done = { place: BlockPlace; lifted: Block[]; standing: Block | null; by: string; reason: string };

function print({ place, lifted, standing, by, reason }: Done, { json }: UnblockOptions, io: Io): void {
  if (json) {
    const { service, version, environment } = place;
    const said = { format: 'backout.unblock/1', service, version, environment, by, reason, lifted, standing };
    io.out(`${JSON.stringify(said, null, 2)}\n`);
    return;
  }
  const at = new Date().toISOString();
  for (const block of lifted) io.out(`${describePlace(block)}: ${describeLifted({ by, reason, at })}\n`);
  if (lifted.length === 0) io.out(`${describePlace(place)} was not blocked. This command changed nothing.\n`);
  if (standing !== null)
    io.out(
      `It stays blocked: ${describeBlock(standing)}\n  To let that go as well:  ${unblockCommand(standing)}\n`,
    );
}
