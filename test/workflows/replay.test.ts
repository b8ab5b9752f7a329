/** Histories of rollbacks that ran under this and earlier versions: today's workflow code must be able to go on with each. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';

const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
const QUIET = new DefaultLogger('ERROR', () => undefined);

const recorded = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .sort();

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: QUIET });
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: QUIET });
});

const read = (name: string) => readFileSync(HISTORIES + name, 'utf8');
const replay = (name: string, json: string) =>
  Worker.runReplayHistory({ workflowBundle }, historyFromJSON(JSON.parse(json)), workflowId(name));
const workflowId = (name: string) => `rollback-${name.replace(/^.*\//, '').replace(/\.json$/, '')}`;

describe('the workflow code of today replays', () => {
  it('histories of every version', () => {
    expect(recorded.filter((name) => name.startsWith('0.1.0/')).length).toBeGreaterThanOrEqual(14);
  });

  it.each(recorded)('%s', async (name) => {
    await expect(replay(name, read(name))).resolves.toBeUndefined();
  });
});

describe('the replay notices', () => {
  it('a step that is another one now', async () => {
    const changed = read('0.1.0/rolled-back.json').replaceAll('"shiftTraffic"', '"shiftTrafficAnotherWay"');
    await expect(replay('rolled-back', changed)).rejects.toThrow(DeterminismViolationError);
  });

  it('steps in another order', async () => {
    const changed = read('0.1.0/rolled-back.json')
      .replaceAll('"captureLogs"', '"SWAP"')
      .replaceAll('"stopFaulty"', '"captureLogs"')
      .replaceAll('"SWAP"', '"stopFaulty"');
    await expect(replay('rolled-back', changed)).rejects.toThrow(DeterminismViolationError);
  });
});
