/** The curl command for one or more requests, and how its output reads. Pure. */
import type { HttpAnswer } from './probe.ts';
import { MAX_BODY_BYTES } from './probe.ts';

export type CurlRequest = {
  url: string;
  count: number;
  headers: Record<string, string>;
  timeoutMs: number;
  /** Stands between the answers; random, so that no body can hold it. */
  boundary: string;
};

/** Headers and body of every answer on standard output, each followed by the boundary and what curl says of it. */
export function curlCommand({ url, count, headers, timeoutMs, boundary }: CurlRequest): string[] {
  return [
    'curl',
    '--silent',
    '--globoff',
    ...['--noproxy', '*'],
    ...['--max-time', String(timeoutMs / 1000)],
    ...['--dump-header', '-'],
    ...['--write-out', `\n${boundary} %{http_code} %{time_total} %{errormsg}\n`],
    ...['--header', 'Connection: close'],
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...Array.from({ length: count }, () => url),
  ];
}

/** The answers, in the order of the requests. */
export function readCurl(stdout: string, boundary: string): HttpAnswer[] {
  const trailer = new RegExp(`\\n${boundary} (\\d+) ([\\d.]+) (.*)\\n`, 'g');
  const answers: HttpAnswer[] = [];
  let start = 0;
  for (const match of stdout.matchAll(trailer)) {
    const [whole, status = '0', seconds = '0', error = ''] = match;
    answers.push(
      readAnswer(stdout.slice(start, match.index), {
        status: Number(status),
        seconds: Number(seconds),
        error,
      }),
    );
    start = match.index + whole.length;
  }
  return answers;
}

function readAnswer(text: string, said: { status: number; seconds: number; error: string }): HttpAnswer {
  const durationMs = Math.round(said.seconds * 1000);
  if (said.status === 0 || said.error !== '')
    return { ok: false, error: said.error || 'no answer', durationMs };
  const { head, body } = splitHead(text);
  return {
    ok: true,
    status: said.status,
    headers: readHeaders(head),
    body: body.slice(0, MAX_BODY_BYTES),
    durationMs,
  };
}

/** Interim answers (100, 103) come before the real one and are passed over. */
function splitHead(text: string): { head: string; body: string } {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return { head: text, body: '' };
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  return /^HTTP\/\S+ 1\d\d/.test(head) ? splitHead(body) : { head, body };
}

function readHeaders(head: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
