/** Could each target be rolled back now? Asked of a worker, since only workers need to reach the hosts. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { TargetReadiness } from '../../domain/readiness.ts';
import { NotBegun, awaited, hasTimedOut, rootOf } from '../temporal/awaited.ts';
import { FIRST_TASK_WITHIN_MS } from '../temporal/workers.ts';
import type { Place } from './configuration.ts';
import type { Line, Section } from './diagnosis.ts';

const ANSWER_WITHIN_MS = 60_000;

/** One section per target. Runs the workflow `readinessCheck`, which only reads. */
export async function lookAtTargets(client: Client, place: Place, signal: AbortSignal): Promise<Section[]> {
  const title = titleOf(place);
  try {
    const readiness = await askWorker(client, place, signal);
    return readiness.map(({ service, environment, findings }) => ({
      area: 'target',
      title: `${service} in ${environment}`,
      lines: findings.map(({ name, ok, detail, fix, optional }) => ({
        mark: ok ? 'ok' : optional ? 'warning' : 'problem',
        name,
        detail,
        ...(fix === undefined ? {} : { fix }),
      })),
    }));
  } catch (error) {
    const area = error instanceof NotBegun ? 'workers' : 'target';
    return [{ area, title, lines: [explained(error, place.taskQueue)] }];
  }
}

/** What stands there when nobody could be asked. */
export function notLookedAt(place: Place): Section {
  const detail = `unknown: no worker polls ${place.taskQueue}`;
  return {
    area: 'target',
    title: titleOf(place),
    lines: [{ mark: 'warning', name: 'host and nginx', detail }],
  };
}

async function askWorker(client: Client, place: Place, interrupt: AbortSignal): Promise<TargetReadiness[]> {
  const { service, environment, taskQueue } = place;
  const wanted = {
    ...(service === undefined ? {} : { service }),
    ...(environment === undefined ? {} : { environment }),
  };
  const handle = await client.workflow.start('readinessCheck', {
    workflowId: `backout-doctor-${randomUUID()}`,
    taskQueue,
    args: [wanted],
    workflowExecutionTimeout: 2 * ANSWER_WITHIN_MS,
    staticSummary: `backout doctor: ${titleOf(place)}`,
  });
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    return (await awaited(client, handle, { interrupt: signal })) as TargetReadiness[];
  } catch (error) {
    if (!signal.aborted && !hasTimedOut(error)) throw error;
    await handle.terminate('`backout doctor` does not wait any longer').catch(() => undefined);
    throw new NoAnswer();
  }
}

class NoAnswer extends Error {}

function explained(error: unknown, taskQueue: string): Line {
  const name = 'the worker';
  if (error instanceof NotBegun) {
    return {
      mark: 'problem',
      name,
      detail: `did not begin within ${FIRST_TASK_WITHIN_MS / 1000} s: it may have died a moment ago`,
      fix: `Start a worker that can reach the host: \`backout worker --task-queue ${taskQueue}\`.`,
    };
  }
  if (error instanceof NoAnswer) {
    return {
      mark: 'problem',
      name,
      detail: `did not answer within ${ANSWER_WITHIN_MS / 1000} s`,
      fix: `Look at the logs of the workers on ${taskQueue}, and whether they can reach the host.`,
    };
  }
  const { message, details } = rootOf(error) as Error & { details?: [{ what?: string; next?: string }?] };
  const parts = details?.[0];
  return {
    mark: 'problem',
    name,
    detail: parts?.what ?? `could not look: ${message}`,
    fix: parts?.next ?? `Look at the logs of the workers on ${taskQueue}.`,
  };
}

function titleOf({ service, environment }: Place): string {
  if (service === undefined) return 'All services of the worker';
  return environment === undefined ? service : `${service} in ${environment}`;
}
