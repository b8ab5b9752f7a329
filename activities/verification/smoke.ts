/** Smoke tests (requirement E2): critical URLs through the front door, and the team's own command. */
import { BackoutFailure, type FailureType } from '../../src/domain/failure.ts';
import type { Check, SmokeSettings, SmokeUrl } from '../../src/domain/verification.ts';
import type { CommandResult, Host } from '../commands/host.ts';
import type { HttpAnswer, HttpProbe } from '../http/probe.ts';
import { lastWords, seconds } from './format.ts';

/** Of a failed command's output, this many of the last characters go into the records. */
const OUTPUT_CHARACTERS = 500;

/** Troubles of the command itself. Any other (an unreachable host) says nothing of the release and is thrown. */
const COMMAND_FAILURES: FailureType[] = [
  'CommandFailed',
  'CommandTimedOut',
  'ProgramMissing',
  'PermissionDenied',
];

export type SmokeCheck = {
  settings: SmokeSettings;
  http: HttpProbe;
  /** What every request carries. */
  headers: Record<string, string>;
  /** Where the command runs. */
  commandHost: Host;
  signal: AbortSignal;
  heartbeat: (detail: string) => void;
};

/** One check per URL and one for the command. Each is tried once: a test that passes only sometimes has failed. */
export async function checkSmoke(check: SmokeCheck): Promise<Check[]> {
  const { urls, command } = check.settings;
  const answered = await Promise.all(urls.map((smoke) => askUrl(check, smoke)));
  if (command === undefined) return answered;
  check.heartbeat(`smoke: ${command.join(' ')}`);
  return [...answered, await runCommand(check, command)];
}

async function askUrl(
  { settings, http, headers: given, signal }: SmokeCheck,
  smoke: SmokeUrl,
): Promise<Check> {
  const { url, hostHeader } = smoke;
  const timeoutMs = settings.timeoutSeconds * 1000;
  const headers = hostHeader === undefined ? given : { ...given, Host: hostHeader };
  return judgeUrl(smoke, await http.get(url, { timeoutMs, signal, headers }));
}

export function judgeUrl({ url, hostHeader, status, bodyContains }: SmokeUrl, answer: HttpAnswer): Check {
  const name = `smoke GET ${url}${hostHeader === undefined ? '' : ` (Host: ${hostHeader})`}`;
  if (!answer.ok)
    return { name, passed: false, detail: `No answer, status ${status} expected: ${answer.error}.` };
  const seen = `Status ${answer.status} seen, ${status} expected`;
  if (answer.status !== status) return { name, passed: false, detail: `${seen}.` };
  if (bodyContains === undefined) return { name, passed: true, detail: `${seen}.` };
  const passed = answer.body.includes(bodyContains);
  const body = `the body ${passed ? 'contains' : 'does not contain'} ${JSON.stringify(bodyContains)}`;
  return { name, passed, detail: `${seen}${passed ? ', and' : ', but'} ${body}.` };
}

async function runCommand({ settings, commandHost, signal }: SmokeCheck, command: string[]): Promise<Check> {
  const timeoutMs = settings.commandTimeoutSeconds * 1000;
  try {
    // A host's `sudo` is for driving the service; the team's own command says itself where it needs it.
    return judgeCommand(command, await commandHost.run(command, { timeoutMs, signal, sudo: false }));
  } catch (error) {
    if (!(error instanceof BackoutFailure) || !COMMAND_FAILURES.includes(error.type)) throw error;
    return { name: commandName(command), passed: false, detail: error.parts.what };
  }
}

export function judgeCommand(
  command: string[],
  { exitCode, stdout, stderr, durationMs }: CommandResult,
): Check {
  const name = commandName(command);
  const seen = `Exit code ${exitCode} after ${seconds(durationMs)}, 0 needed.`;
  if (exitCode === 0) return { name, passed: true, detail: seen };
  const output = lastWords(`${stdout}\n${stderr}`, OUTPUT_CHARACTERS);
  return {
    name,
    passed: false,
    detail: `${seen} ${output === '' ? 'It printed nothing.' : `It printed last: ${output}`}`,
  };
}

const commandName = (command: string[]) => `smoke ${command.join(' ')}`;
