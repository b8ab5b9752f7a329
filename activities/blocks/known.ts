/** What planning knows of blocked versions. A rollback is not held up by a question that nobody answers. */
import type { Client } from '@temporalio/client';
import { strongest } from '../../src/domain/blocks/block.ts';
import type { BlockState } from '../../src/domain/blocks/block.ts';
import { askBlock } from './ask.ts';

/** Traffic waits for this. The server answers in milliseconds, or something is wrong with it. */
const ANSWER_WITHIN_MS = 2000;

export type KnownBlocks = {
  /** By the version as it was asked for. */
  states: Record<string, BlockState>;
  /** A whole sentence where nothing is known. */
  problem: string | null;
};

export type BlockKnowledge = (versions: string[]) => Promise<KnownBlocks>;

type Asked = { client: Client; lives: 'temporal' | 'process' };

/** Asks about versions of one service in one environment; what blocks them everywhere counts too. Never throws. */
export function createBlockKnowledge(
  { client, lives }: Asked,
  { service, environment }: { service: string; environment: string },
): BlockKnowledge {
  return async (versions) => {
    const unknown = (why: string) => ({
      states: {},
      problem: `Whether the release returned to is blocked is not known: ${why}.`,
    });
    if (lives === 'process') return unknown('that is kept by Temporal, which this rollback does without');
    try {
      const answers = await client.connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
        Promise.all(
          versions.map(async (version) => {
            const places = [environment, null].map((where) => ({ service, environment: where, version }));
            return [
              version,
              strongest(await Promise.all(places.map((place) => askBlock(client, place)))),
            ] as const;
          }),
        ),
      );
      return { states: Object.fromEntries(answers), problem: null };
    } catch (error) {
      return unknown(
        `Temporal could not be asked (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  };
}
