/** `backout metrics`: how many rollbacks, how quick, and in time? Over what Temporal remembers. */
import { measure } from '../../domain/history/metrics.ts';
import { toPrometheus } from '../../domain/history/prometheus.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { requireKnown } from '../known-service.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { rememberedRollbacks } from '../temporal/remembered.ts';
import { renderMetrics } from '../view/metrics.ts';
import { readService } from './history.ts';

export type MetricsOptions = GlobalOptions & {
  service?: string;
  /** A number, as typed. */
  days?: string;
  json?: boolean;
  prometheus?: boolean;
};

const DAY_MS = 86_400_000;

export async function metrics(options: MetricsOptions, io: Io): Promise<number> {
  const service = readService(options.service);
  const since = options.days === undefined ? undefined : daysAgo(options.days);
  if (options.json && options.prometheus) throw usageError('--json and --prometheus: give one of them.');
  const found = await withTemporal(options, io, ({ client }) =>
    rememberedRollbacks(client, { limit: Infinity, service, since }),
  );
  if (found.length === 0) requireKnown(options, io.env);
  const measured = measure(found);
  if (options.prometheus) io.out(toPrometheus(measured));
  else if (options.json)
    io.out(
      `${JSON.stringify({ format: 'backout.metrics/1', since: since ?? null, ...measured }, null, 2)}\n`,
    );
  else io.out(renderMetrics(measured));
  return EXIT.ok;
}

function daysAgo(text: string): string {
  if (/^[1-9]\d{0,3}$/.test(text)) return new Date(Date.now() - Number(text) * DAY_MS).toISOString();
  throw usageError(`--days must be a whole number from 1 to 9999, not "${text}".`);
}
