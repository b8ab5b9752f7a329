import { describe, expect, it } from 'vitest';
import { chooseRecovery } from '../../../activities/targets/choose-recovery.ts';
import type { Broken } from '../../../activities/targets/choose-recovery.ts';
import type { Marker } from '../../../activities/targets/marker.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { ObservedRelease } from '../../../src/domain/plan.ts';
import type { DatabaseState } from '../../../src/domain/recovery.ts';

const release = (name: string, change: Partial<ObservedRelease>): ObservedRelease => ({
  name,
  version: null,
  configured: 'down',
  answerShare: 0,
  process: 'running',
  health: 'healthy',
  detail: `process running; /health answers 200`,
  ...change,
});
const blue = (change: Partial<ObservedRelease> = {}) => release('blue', { version: '1.0', ...change });
const green = (change: Partial<ObservedRelease> = {}) =>
  release('green', { version: '2.0', configured: 'active', answerShare: 1, ...change });

/** Killed: no process, no answer, and where only the release itself tells it, no version. */
const DOWN = {
  version: null,
  answerShare: null,
  process: 'stopped',
  health: 'unhealthy',
  detail: 'process stopped; /health does not answer: refused',
} as const;

const ANSWERS: DatabaseState = { state: 'answers', detail: 'The database answers.' };
const LOST: DatabaseState = { state: 'lost', detail: 'The database does not answer.' };

const marker = (change: Partial<Marker> = {}): Marker => ({
  owner: 'rollback-1',
  from: { name: 'green', version: '2.0' },
  to: { name: 'blue', version: '1.0' },
  phase: 'ended',
  outcome: 'rolled-back',
  at: '2026-11-21T03:00:00.000Z',
  logMarks: [],
  ...change,
});

const chosen = (change: Partial<Broken>) =>
  chooseRecovery({
    service: 'listings',
    releases: [blue(), green()],
    sick: {},
    marker: null,
    database: ANSWERS,
    to: undefined,
    ...change,
  });

function choose(change: Partial<Broken>): string {
  const { from, to, todo } = chosen(change);
  return `${from.name === to.name ? '' : `${from.name} -> `}${to.name}: ${todo.join(', ')}`;
}

function refusal(change: Partial<Broken>): string {
  try {
    return choose(change);
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    return `${error.type}: ${error.message}`;
  }
}

describe('when the database is gone', () => {
  it('starts it and restarts the release that serves, without moving traffic', () => {
    expect(choose({ database: LOST })).toBe('green: start-database, restart-application');
    expect(chosen({ database: LOST }).troubles).toEqual(['The database does not answer.']);
  });

  it('starts the release that serves where it has ended, too, although another one runs', () => {
    expect(choose({ database: LOST, releases: [blue(), green(DOWN)] })).toBe(
      'green: start-database, start-previous',
    );
  });

  it('starts everything where no release runs either', () => {
    expect(choose({ database: LOST, releases: [blue(DOWN), green(DOWN)] })).toBe(
      'green -> blue: start-database, start-previous, shift-traffic',
    );
  });

  it('goes for the release that a rollback names, not for the one that still has the traffic', () => {
    expect(choose({ database: LOST, to: 'blue' })).toBe('blue: start-database, restart-application');
  });
});

describe('when the release is not healthy, and its database answers', () => {
  it('restarts it: it has lost its connections', () => {
    expect(choose({ sick: { green: '/health/db answers 503' } })).toBe('green: restart-application');
    expect(chosen({ sick: { green: '/health/db answers 503' } }).troubles).toEqual([
      'green (2.0) runs, but /health/db answers 503.',
    ]);
  });

  it('leaves alone one that does not serve', () => {
    expect(refusal({ sick: { blue: '/health/db answers 503' } })).toMatch(/^NothingToRecover: /);
  });
});

describe('when no release runs', () => {
  const releases = [blue(DOWN), green(DOWN)];

  it('starts the previous one and sends traffic to it', () => {
    expect(choose({ releases })).toBe('green -> blue: start-previous, shift-traffic');
    expect(chosen({ releases }).troubles).toEqual([
      'No release runs: blue: process stopped; /health does not answer: refused; ' +
        'green: process stopped; /health does not answer: refused.',
    ]);
  });

  it('starts the one that the last rollback went to, and never the one that it left', () => {
    const back = [blue({ ...DOWN, configured: 'active' }), green({ ...DOWN, configured: 'down' })];
    expect(choose({ releases: back, marker: marker() })).toBe('blue: start-previous');
    expect(choose({ releases: back })).toBe('blue -> green: start-previous, shift-traffic');
  });

  it('forgets a rollback after which another version was deployed', () => {
    const deployed = [
      blue({ ...DOWN, configured: 'active', version: '1.0' }),
      green({ ...DOWN, configured: 'down', version: '3.0' }),
    ];
    expect(choose({ releases: deployed, marker: marker() })).toBe(
      'blue -> green: start-previous, shift-traffic',
    );
  });

  it('starts the one that is named, and moves no traffic that goes there already', () => {
    expect(choose({ releases, to: 'green' })).toBe('green: start-previous');
  });

  it('takes a process that runs without answering for one that runs', () => {
    const hung = green({ answerShare: null, health: 'unhealthy' });
    expect(choose({ releases: [blue(DOWN), hung], sick: { green: '/health does not answer' } })).toBe(
      'green: restart-application',
    );
  });
});

describe('what is refused with nothing changed', () => {
  it('is a recovery where nothing is broken', () => {
    expect(refusal({})).toBe(
      'NothingToRecover: Nothing is broken that a recovery mends: green (2.0) runs and is healthy (process running; ' +
        '/health answers 200). The database answers. Nothing was changed: traffic and data are as they were. ' +
        'If green (2.0) is the trouble, `backout rollback traffic-only listings --reason WHY` leaves it. Else look at ' +
        'nginx, at the network, and at what the service depends on.',
    );
  });

  it('is one where a rollback helps: one release is down, the other one runs', () => {
    expect(refusal({ releases: [blue(), green(DOWN)] })).toContain(
      'NothingToRecover: green does not run, but blue (1.0) does',
    );
    expect(refusal({ releases: [blue(), green(DOWN)] })).toContain(
      'Send traffic there with `backout rollback traffic-only listings --reason WHY`.',
    );
  });

  it('is one where several releases serve, or none is configured to', () => {
    const both = [blue({ configured: 'active', answerShare: 0.5 }), green({ answerShare: 0.5 })];
    expect(refusal({ releases: both, database: LOST })).toContain(
      'AmbiguousState: Several releases serve: blue (1.0) and green (2.0).',
    );
    const none = [blue(DOWN), green({ ...DOWN, configured: 'down' })];
    expect(refusal({ releases: none })).toContain(
      'AmbiguousState: Several releases could be started: blue and green.',
    );
  });

  it('is a release that there is not', () => {
    expect(refusal({ to: 'red' })).toContain('NoReleaseToReturnTo: There is no release "red" (to)');
  });
});
