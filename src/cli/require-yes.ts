/** The question before anything starts. */
import { CliError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';

/** @throws CliError `aborted` for every other answer than yes */
export async function requireYes(io: Pick<Io, 'ask'>): Promise<void> {
  const answer = (await io.ask?.('\nStart? [y/N] ')) ?? '';
  if (/^y(es)?$/i.test(answer)) return;
  throw new CliError(EXIT.aborted, 'Not started. Nothing was changed: traffic and data are as they were.');
}
