/** What several commands share: their options, and how what they do becomes an exit code. */
import { Option } from 'commander';

/** Options that stand before any command. */
export type GlobalOptions = {
  config?: string;
  address?: string;
  namespace?: string;
};

/** Makes of what a command does the function that commander calls. */
export type Action = <Options>(
  perform: (options: Options & GlobalOptions, ...args: string[]) => Promise<number>,
) => (...received: unknown[]) => Promise<void>;

const SEVERITIES = ['P0', 'P1', 'P2', 'P3'];

/** Also in domain/request.ts, which is not loaded for `--help`. */
export const severity = () =>
  new Option(
    '--severity <level>',
    'P0: traffic safe within 5 min, P1: 15 min, P2: 60 min, P3: 4 h (default: P1)',
  ).choices(SEVERITIES);
export const environment = () => ['--env <name>', 'the environment (default: as configured)'] as const;
export const json = () => ['--json', 'one JSON document on standard output, nothing else'] as const;
export const by = () =>
  [
    '--by <name>',
    'who you are (default: BACKOUT_USER, then your user name); declared, not verified',
  ] as const;
export const releasedAt = () =>
  [
    '--released-at <time>',
    'when the faulty release went live, ISO 8601: the newest good backup from before is restored',
  ] as const;
export const ignoreMigrations = () =>
  [
    '--ignore-migrations <how>',
    'go back across migrations that nobody has called additive, or that can not be read: how you know that the old release runs on them',
  ] as const;
/** Of what restores. */
export const restoreAgain = () =>
  [
    '--restore-again',
    'restore also where an earlier rollback has restored this backup already; what was written since is lost',
  ] as const;

export const namedBackup = () =>
  ['--backup <file>', 'the backup to restore, by its file name, instead of --released-at'] as const;
