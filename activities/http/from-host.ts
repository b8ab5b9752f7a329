/** Asks from a target host, by its curl: what only that host can reach, and one round trip for many requests. */
import { randomUUID } from 'node:crypto';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { Host } from '../commands/host.ts';
import { curlCommand, readCurl } from './curl.ts';
import { DEFAULT_HTTP_TIMEOUT_MS } from './probe.ts';
import type { HttpAnswer, HttpOptions, HttpProbe } from './probe.ts';

/** What a process takes to start on a busy host, on top of the requests' own time-outs. */
const STARTING_MS = 10_000;
const COMMAND_NOT_FOUND = 127;

export function createHostProbe(host: Host): HttpProbe {
  const getMany = async (url: string, count: number, options: HttpOptions = {}): Promise<HttpAnswer[]> => {
    const { headers = {}, timeoutMs = DEFAULT_HTTP_TIMEOUT_MS, signal } = options;
    const boundary = randomUUID();
    const { exitCode, stdout, stderr } = await host.run(
      curlCommand({ url, count, headers, timeoutMs, boundary }),
      {
        // Asking needs no privileges.
        sudo: false,
        timeoutMs: timeoutMs * count + STARTING_MS,
        ...(signal ? { signal } : {}),
      },
    );
    const answers = readCurl(stdout, boundary);
    if (answers.length === count) return answers;
    throw exitCode === COMMAND_NOT_FOUND ? curlMissing(host) : curlFailed(host, stderr);
  };
  return {
    getMany,
    get: async (url, options) => {
      const [answer] = await getMany(url, 1, options);
      if (!answer) throw new Error('curl gave no answer');
      return answer;
    },
  };
}

function curlMissing({ name }: Host): BackoutFailure {
  return new BackoutFailure('ProgramMissing', {
    what: `curl is not installed on ${name}.`,
    changed: 'This request changed nothing.',
    next: 'Install it there, or ask from the worker (`from: worker`).',
  });
}

function curlFailed({ name }: Host, stderr: string): BackoutFailure {
  return new BackoutFailure('CommandFailed', {
    what: `curl on ${name} failed: ${stderr.trim().split('\n')[0] ?? ''}`,
    changed: 'This request changed nothing.',
    next: 'See that the URL in the configuration is right.',
  });
}
