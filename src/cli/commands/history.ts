/** `backout history`: what was rolled back when, and how that went. */
import { nameSchema } from '../../domain/request.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { requireKnown } from '../known-service.ts';
import type { GlobalOptions } from '../program.ts';
import { withTemporal } from '../temporal/connect.ts';
import { rememberedRollbacks } from '../temporal/remembered.ts';
import { renderHistory } from '../view/history.ts';

export type HistoryOptions = GlobalOptions & {
  service?: string;
  /** A number, as typed. */
  limit: string;
  /** Dry runs too. */
  all?: boolean;
  json?: boolean;
};

export async function history(options: HistoryOptions, io: Io): Promise<number> {
  const limit = readLimit(options.limit);
  const service = readService(options.service);
  const { all } = options;
  const found = await withTemporal(options, io, ({ client }) =>
    rememberedRollbacks(client, { limit, service, all }),
  );
  if (found.length === 0) requireKnown(options, io.env);
  io.out(options.json ? `${JSON.stringify(found, null, 2)}\n` : renderHistory(found));
  return EXIT.ok;
}

/** @throws CliError `usage` */
export function readLimit(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw usageError(`--limit must be a whole number from 1 to 9999, not "${text}".`);
}

/** It goes into a query. @throws CliError `usage` */
export function readService(service: string | undefined): string | undefined {
  if (service === undefined || nameSchema.safeParse(service).success) return service;
  throw usageError(`"${service}" can not be the name of a service.`);
}
