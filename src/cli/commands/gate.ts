/** `backout gate`: a pipeline's question before it deploys. Whatever can't be asked is never "free". */
import type { BlockState } from '../../domain/blocks/block.ts';
import { describeBlock, unblockCommand } from '../../domain/blocks/words.ts';
import { oneLine } from '../../domain/report/plain.ts';
import { environmentsFor, placesOf, toBlockRequest } from '../blocked-place.ts';
import type { PlaceOptions } from '../blocked-place.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';

export type GateOptions = GlobalOptions & PlaceOptions & { json?: boolean };

/** A pipeline waits. A server that takes longer can't be asked. */
const ANSWER_WITHIN_MS = 4000;

export async function gate(options: GateOptions, io: Io): Promise<number> {
  const { service, version } = toBlockRequest(options, { by: 'gate', reason: 'gate' });
  const environments = environmentsFor(options, io.env);
  if (environments === null)
    throw usageError(
      'No configuration says which environments there are: name the one that it is to go to with --env.',
    );
  const { environment, where } = wordsOf(options.env, environments);
  const states = await ask({ ...options, service, version }, environments, io);
  const blocks = states.flatMap((one) => (one.state === 'blocked' ? [one.block] : []));
  const isBlocked = blocks.length > 0;
  if (options.json) {
    const answer = { format: 'backout.gate/1', service, version, environment, blocked: isBlocked, blocks };
    io.out(`${JSON.stringify(answer, null, 2)}\n`);
  } else if (isBlocked) {
    io.out(`${service} ${oneLine(version)} must NOT be deployed to ${where}.\n`);
    for (const block of blocks)
      io.out(`  ${describeBlock(block)}\n  Once it is known to be good:  ${unblockCommand(block)}\n`);
  } else io.out(`${service} ${oneLine(version)} is not blocked: it may be deployed to ${where}.\n`);
  return isBlocked ? EXIT.blocked : EXIT.ok;
}

function wordsOf(
  env: string | undefined,
  environments: string[],
): { environment: string | null; where: string } {
  return { environment: env ?? null, where: environments.join(', ') };
}

async function ask(options: GateOptions, environments: string[], io: Io): Promise<BlockState[]> {
  const { askBlock } = await import('../../blocks.ts');
  try {
    return await withTemporal(options, io, ({ client }) =>
      client.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
        Promise.all(placesOf(options, environments).map((place) => askBlock(client, place))),
      ),
    );
  } catch (error) {
    const { service, version } = options;
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(
      EXIT.unreachable,
      `Whether ${service} ${oneLine(version)} is blocked is NOT known: do not deploy on this answer. ${why}`,
      { cause: error },
    );
  }
}
