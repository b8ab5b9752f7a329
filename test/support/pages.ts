/** A page as an incident makes it, and what a worker hands to a sender. */
import type { Page } from '../../src/domain/paging/page.ts';
import type { Sending } from '../../activities/paging/sending.ts';

export function makePage(change: Partial<Page> = {}): Page {
  return {
    id: 'backout/listings/production/run-1/1/1',
    incidentKey: 'backout/listings/production/run-1',
    action: 'trigger',
    level: { number: 1, name: 'on duty' },
    severity: 'P0',
    service: 'listings',
    environment: 'production',
    title: 'listings in production is being rolled back (P0)',
    body: ['Traffic goes to green 2.0 still. No data was changed.', '5xx since 2.0'],
    facts: [
      ['From', 'green 2.0'],
      ['To', 'blue 1.0'],
    ],
    commands: [{ heading: 'Acknowledge', lines: ['backout ack listings --by NAME'] }],
    ...change,
  };
}

export function makeSending(env: NodeJS.ProcessEnv, change: Partial<Sending> = {}): Sending {
  return {
    env,
    fetch,
    attempt: 1,
    since: Date.now(),
    signal: new AbortController().signal,
    timeoutMs: 2000,
    ...change,
  };
}
