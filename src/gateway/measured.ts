/** Measures every try of every step, without the steps knowing of it. */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { RollbackMetrics, Told } from './metrics.ts';

/** An activity interceptor that tells the metrics. What an activity does and throws stays as it is. */
export function measured(metrics: Pick<RollbackMetrics, 'tried'>): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const began = performance.now();
        const step = info.activityType;
        const tell = (failure: string | null) => {
          const seconds = (performance.now() - began) / 1000;
          metrics.tried({ step, seconds, failure, told: toldBy(step, input.args[0]) });
        };
        try {
          const result = await next(input);
          tell(null);
          return result;
        } catch (error) {
          tell(failureType(error));
          throw error;
        }
      },
    },
  });
}

/** The name of the failure: one of the closed list, mostly. */
function failureType(error: unknown): string {
  const { type, name } = error as { type?: unknown; name?: unknown };
  return typeof type === 'string' && type !== '' ? type : typeof name === 'string' ? name : 'Unexpected';
}

/** Whom an activity tells, from its input; null for one that tells nobody. */
export function toldBy(step: string, input: unknown): Told | null {
  const { channel } = (input ?? {}) as { channel?: unknown };
  switch (step) {
    case 'announce':
    case 'announceFreeze':
    case 'announceFollowUp':
      return { kind: 'announcement', channel: typeof channel === 'string' ? channel : 'unknown' };
    case 'sendPage': {
      const { kind } = (channel ?? {}) as { kind?: unknown };
      return { kind: 'page', channel: typeof kind === 'string' ? kind : 'unknown' };
    }
    case 'sendEvent':
      return { kind: 'event', channel: 'cdevents' };
    default:
      return null;
  }
}
