import { describe, expect, it } from 'vitest';
import { chooseReleases, versionOf } from '../../../activities/targets/choose.ts';
import type { Situation } from '../../../activities/targets/choose.ts';
import type { BlockState } from '../../../src/domain/blocks/block.ts';
import type { Marker } from '../../../activities/targets/marker.ts';
import type { ObservedRelease } from '../../../src/domain/plan.ts';

const release = (name: string, change: Partial<ObservedRelease> = {}): ObservedRelease => ({
  name,
  version: null,
  configured: 'down',
  answerShare: 0,
  process: 'running',
  health: 'healthy',
  detail: '',
  ...change,
});
const blue = (change: Partial<ObservedRelease> = {}) => release('blue', { version: '1.0', ...change });
const green = (change: Partial<ObservedRelease> = {}) =>
  release('green', { version: '2.0', configured: 'active', answerShare: 1, ...change });
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
const KIND = { kind: 'traffic-only' } as const;
const RECORD = '/var/lib/backout/listings.production/records/rollback on web-1';
const serves = { configured: 'active', answerShare: 1 } as const;
const idle = { configured: 'down', answerShare: 0 } as const;

function choose(situation: Partial<Situation>): string {
  const { from, to, continues } = chooseReleases({
    ...KIND,
    releases: [blue(), green()],
    marker: null,
    request: {},
    record: RECORD,
    absences: {},
    ...situation,
  });
  return `${from.name} -> ${to.name}${continues ? ' (continued)' : ''}`;
}

describe('without an earlier rollback', () => {
  it('leaves the colour that answers for the other one', () => {
    expect(choose({})).toBe('green -> blue');
  });

  it('believes answers more than the site file, and says that they differ', () => {
    const choice = chooseReleases({
      ...KIND,
      releases: [blue({ configured: 'active' }), green({ configured: 'down' })],
      marker: null,
      request: {},
      record: RECORD,
      absences: {},
    });
    expect([choice.from.name, choice.to.name]).toEqual(['green', 'blue']);
    expect(choice.warnings).toEqual([
      'blue (1.0) is active in the configuration but gave none of the answers.',
      'green (2.0) still answers although the configuration says it is down: not reloaded?',
    ]);
  });

  it('believes the site file when nothing answers', () => {
    expect(choose({ releases: [blue({ answerShare: null }), green({ answerShare: null })] })).toBe(
      'green -> blue',
    );
  });

  it('refuses to guess in a canary, where both answer', () => {
    const canary = [blue({ ...serves, answerShare: 0.9 }), green({ answerShare: 0.1 })];
    expect(() => choose({ releases: canary })).toThrow(
      "Several releases serve: blue (1.0) and green (2.0). Backout can't know which is faulty. " +
        'Nothing was changed: traffic and data are as they were. ' +
        'Start again with the faulty one named (`--faulty NAME`), or the one to return to (`--to NAME`).',
    );
    expect(choose({ releases: canary, request: { faulty: 'green' } })).toBe('green -> blue');
    expect(choose({ releases: canary, request: { to: 'blue' } })).toBe('green -> blue');
    expect(choose({ releases: canary, request: { faulty: '2.0' } })).toBe('green -> blue');
  });

  it('refuses an unhealthy release to return to, unless it was asked for by name', () => {
    const releases = [blue({ health: 'unhealthy', detail: '/health answers 500' }), green()];
    expect(() => choose({ releases })).toThrow('blue (1.0) runs but is not healthy: /health answers 500');
    const request = { to: 'blue' };
    expect(
      chooseReleases({ ...KIND, releases, marker: null, request, record: RECORD, absences: {} }).warnings,
    ).toEqual(['blue (1.0) is not healthy, but was asked for by name: /health answers 500.']);
  });

  it('accepts a stopped release to return to: it is started first', () => {
    expect(choose({ releases: [blue({ process: 'stopped', health: 'unhealthy' }), green()] })).toBe(
      'green -> blue',
    );
  });

  it('refuses a release that is not in the configuration, and says why and what to do', () => {
    const releases = [blue({ configured: 'absent', detail: 'process running' }), green()];
    const absences = { blue: { what: 'Line 3 has it, but commented out.', next: 'Take the comment away.' } };
    expect(() => choose({ releases, absences })).toThrow(
      "blue (1.0) is not in the target's configuration (process running). Line 3 has it, but commented out. " +
        'Nothing was changed: traffic and data are as they were. Take the comment away.',
    );
  });

  it('refuses to leave an idle release: that would stop the way back and change nothing for anybody', () => {
    const message =
      'blue (1.0) gives no answers and is not active in the configuration: green (2.0) serves. ' +
      'Nothing was changed: traffic and data are as they were. ' +
      'If green (2.0) is the faulty one, start again with `--faulty green`. A rollback from blue (1.0) would stop it, ' +
      'and take away the way back from green (2.0).';
    expect(() => choose({ request: { faulty: 'blue' } })).toThrow(message);
    expect(() => choose({ request: { faulty: '1.0', to: 'green' } })).toThrow(message);
    const silent = [blue({ answerShare: null }), green({ answerShare: null })];
    expect(() => choose({ releases: silent, request: { faulty: 'blue' } })).toThrow(message);
  });

  it('leaves a named faulty release that is active, or while nothing serves at all', () => {
    const quiet = [blue(), green({ answerShare: 0 }), release('red', serves)];
    expect(choose({ releases: quiet, request: { faulty: 'green', to: 'blue' } })).toBe('green -> blue');
    expect(choose({ releases: [blue(idle), green(idle)], request: { faulty: 'green' } })).toBe(
      'green -> blue',
    );
  });

  it('refuses the release that serves already', () => {
    expect(() => choose({ request: { to: 'green' } })).toThrow(
      'green (2.0) already serves. Nothing was changed: traffic and data are as they were. ' +
        'If green (2.0) is the bad one, name another release to return to: `--to NAME`.',
    );
    expect(() => choose({ request: { to: 'green', faulty: 'green' } })).toThrow(
      'green (2.0) already serves.',
    );
  });

  it('refuses an unknown name and lists the known ones', () => {
    expect(() => choose({ request: { to: 'purple' } })).toThrow(
      'There is no release "purple" (to); there are blue (1.0), green (2.0).',
    );
  });

  it('asks which one when nothing serves and nothing is named', () => {
    const releases = [blue(idle), green(idle)];
    expect(() => choose({ releases })).toThrow('No release serves');
    expect(choose({ releases, request: { to: 'blue' } })).toBe('green -> blue');
  });

  it('takes the only healthy one of several, and asks when there are more', () => {
    const red = release('red', { health: 'unhealthy' });
    expect(choose({ releases: [red, blue(), green()] })).toBe('green -> blue');
    expect(() => choose({ releases: [release('red'), blue(), green()] })).toThrow(
      'There are several releases to return to: red, blue (1.0).',
    );
  });
});

describe('after an earlier rollback', () => {
  const rolledBack = [blue(serves), green(idle)];

  it('never flips back onto the broken release', () => {
    expect(() => choose({ releases: rolledBack, marker: marker() })).toThrow(
      'blue (1.0) already serves. rollback-1 rolled back from green (2.0) at 2026-11-21T03:00:00.000Z (rolled-back). ' +
        'Nothing was changed: traffic and data are as they were. ' +
        'If blue (1.0) is bad too, name the release to return to: `--to NAME`.',
    );
  });

  it('names the way out for a release that was marked faulty and was not', () => {
    expect(() => choose({ releases: rolledBack, marker: marker(), request: { to: 'green' } })).toThrow(
      'green (2.0) is marked faulty: rollback-1 rolled back from it at 2026-11-21T03:00:00.000Z. ' +
        'Nothing was changed: traffic and data are as they were. ' +
        'Deploy a mended version in its place, or fix blue (1.0) forward. If green (2.0) was not faulty after all, ' +
        `remove ${RECORD} and start again.`,
    );
  });

  it('leaves what serves, but not what the last rollback stopped', () => {
    expect(() => choose({ releases: rolledBack, marker: marker(), request: { faulty: 'green' } })).toThrow(
      'green (2.0) gives no answers and is not active in the configuration: blue (1.0) serves.',
    );
    const unfinished = marker({ phase: 'shifted' });
    expect(choose({ releases: rolledBack, marker: unfinished, request: { faulty: 'green' } })).toBe(
      'green -> blue (continued)',
    );
    expect(() =>
      choose({ releases: [blue(idle), green()], marker: unfinished, request: { faulty: 'blue' } }),
    ).toThrow('blue (1.0) gives no answers');
  });

  it('leaves what the last rollback stopped once more for its database, but nothing else that is idle', () => {
    const full = { kind: 'full', releases: rolledBack, marker: marker() } as const;
    expect(choose({ ...full, request: { faulty: 'green' } })).toBe('green -> blue');
    const deployed = [blue(serves), green({ ...idle, version: '2.1' })];
    expect(() => choose({ ...full, releases: deployed, request: { faulty: 'green' } })).toThrow(
      'green (2.1) gives no answers',
    );
  });

  it('is as careful when the broken release is stopped and its version can not be read', () => {
    const releases = [blue(serves), green({ ...idle, version: null, process: 'stopped' })];
    expect(() => choose({ releases, marker: marker() })).toThrow('blue (1.0) already serves.');
    expect(() => choose({ releases, marker: marker(), request: { faulty: 'blue' } })).toThrow(
      'green is marked faulty',
    );
  });

  it('takes a stopped release for the broken one, also when it is asked for by name', () => {
    const releases = [blue(serves), green({ ...idle, version: null, process: 'stopped' })];
    expect(() => choose({ releases, marker: marker(), request: { to: 'green' } })).toThrow(
      'green is marked faulty: rollback-1 rolled back from green (2.0) at 2026-11-21T03:00:00.000Z. ' +
        'Its version is not known now, because it is stopped: it counts as the same one.',
    );
    const untold = [blue(serves), green({ ...idle, version: null })];
    expect(() => choose({ releases: untold, marker: marker(), request: { to: 'green' } })).toThrow(
      'Its version can not be told now: it counts as the same one.',
    );
  });

  it('continues one that ended in the middle, although the release to return to serves already', () => {
    expect(choose({ releases: rolledBack, marker: marker({ phase: 'shifted' }) })).toBe(
      'green -> blue (continued)',
    );
  });

  it('knows the version of a faulty release that the one before has stopped', () => {
    const releases = [blue(serves), green({ ...idle, version: null, process: 'stopped' })];
    const { from } = chooseReleases({
      ...KIND,
      releases,
      marker: marker({ phase: 'stopped' }),
      request: {},
      record: RECORD,
      absences: {},
    });
    expect(from).toMatchObject({ name: 'green', version: '2.0' });
  });

  it('lets a person insist on a release in whose place the broken one had no known version', () => {
    const releases = [blue(serves), green({ ...idle, version: '2.1' })];
    const unknown = marker({ from: { name: 'green', version: null } });
    expect(() => choose({ releases, marker: unknown, request: { faulty: 'blue' } })).toThrow(
      'is marked faulty',
    );
    expect(choose({ releases, marker: unknown, request: { to: 'green' } })).toBe('blue -> green');
  });

  it("takes a new version in the broken one's place for what it is", () => {
    const releases = [blue(idle), green({ version: '2.1' })];
    expect(choose({ releases, marker: marker() })).toBe('green -> blue');
    expect(choose({ releases, marker: marker({ phase: 'shifted' }) })).toBe('green -> blue');
    const redeployed = [blue({ ...serves, version: '1.1' }), green({ ...idle, version: '2.1' })];
    expect(choose({ releases: redeployed, marker: marker() })).toBe('blue -> green');
  });
});

describe('with blocked versions', () => {
  const block = (name: string, version: string): BlockState => ({
    state: 'blocked',
    block: {
      service: 'listings',
      environment: 'production',
      version,
      by: 'anna',
      reason: `${name} drops prices`,
      rollback: null,
      since: '2026-11-21T02:00:00.000Z',
    },
  });
  const lifted = (at: string): BlockState => ({
    ...(block('green', '2.0') as Extract<BlockState, { state: 'blocked' }>),
    state: 'lifted',
    lifted: { by: 'ben', reason: 'it was the cache', at },
  });

  it('never returns to one, and says who blocked it, why, and how it is let go', () => {
    expect(() => choose({ blocks: { blue: block('blue', '1.0') } })).toThrow(
      'blue (1.0) is blocked, so nothing returns to it. ' +
        'listings 1.0 in production is blocked since 2026-11-21 02:00:00 UTC (anna): blue drops prices. ' +
        'Nothing was changed: traffic and data are as they were. ' +
        'Fix green (2.0) forward, or deploy a mended version. ' +
        'If blue is good after all, let it go with `backout unblock listings 1.0 --env production --reason "WHY"` and start again.',
    );
  });

  it('refuses one that is asked for by name, too', () => {
    for (const to of ['blue', '1.0'])
      expect(() => choose({ blocks: { blue: block('blue', '1.0') }, request: { to } })).toThrow(
        'Name another release to return to: `--to NAME`. If blue is good after all, let it go with',
      );
  });

  it('passes one over where there is another, and says so', () => {
    const red = release('red', { version: '0.9' });
    const choice = chooseReleases({
      ...KIND,
      releases: [blue(), green(), red],
      marker: null,
      request: {},
      record: RECORD,
      absences: {},
      blocks: { blue: block('blue', '1.0') },
    });
    expect(choice.to.name).toBe('red');
    expect(choice.warnings).toEqual([
      'blue (1.0) is passed over: listings 1.0 in production is blocked since 2026-11-21 02:00:00 UTC (anna): blue drops prices.',
    ]);
  });

  it('leaves a blocked one as any other', () => {
    expect(choose({ blocks: { green: block('green', '2.0') } })).toBe('green -> blue');
  });

  it('does not go on with a dead rollback to one that was blocked since', () => {
    const unfinished = marker({ phase: 'shifting' });
    expect(() => choose({ marker: unfinished, blocks: { blue: block('blue', '1.0') } })).toThrow(
      'blue (1.0) is blocked, so nothing returns to it.',
    );
  });

  it('returns to what a rollback has left once a person has let it go since', () => {
    const situation = { releases: [blue(serves), green(idle)], marker: marker(), request: { to: 'green' } };
    const marked = 'green (2.0) is marked faulty';
    expect(() => choose(situation)).toThrow(marked);
    expect(() => choose({ ...situation, blocks: { green: lifted('2026-11-21T02:59:59.000Z') } })).toThrow(
      marked,
    );
    const blocks = { green: lifted('2026-11-21T04:00:00.000Z') };
    const choice = chooseReleases({ ...KIND, record: RECORD, absences: {}, ...situation, blocks });
    expect([choice.from.name, choice.to.name]).toEqual(['blue', 'green']);
    expect(choice.warnings).toEqual([
      'green (2.0) is what rollback-1 rolled back from at 2026-11-21T03:00:00.000Z. Unblocked at 2026-11-21 04:00:00 UTC by ben: it was the cache.',
    ]);
  });

  it('knows a stopped release by the version that the last rollback knew it by', () => {
    expect(versionOf(green({ version: null }), marker())).toBe('2.0');
    expect(versionOf(blue({ version: null }), marker())).toBe('1.0');
    expect(versionOf(green({ version: '2.1' }), marker())).toBe('2.1');
    expect(versionOf(green({ version: null }), null)).toBeNull();
  });
});

describe('out of a freeze, with the traffic on the previous release already', () => {
  const frozen = {
    kind: 'full',
    releases: [blue(serves), green(idle)],
    request: { dataCorruption: true },
  } as const satisfies Partial<Situation>;

  it('restores the database of the rollback that has moved it, and says that no traffic is moved', () => {
    const situation = { ...frozen, marker: marker({ outcome: 'aborted' }) };
    expect(choose(situation)).toBe('green -> blue');
    expect(chooseReleases({ record: RECORD, absences: {}, ...situation }).warnings).toEqual([
      'rollback-1 has moved the traffic to blue (1.0) at 2026-11-21T03:00:00.000Z already (aborted): ' +
        'the database is restored, and no traffic is moved.',
    ]);
  });

  it('takes it, too, when a person names just these', () => {
    const request = { dataCorruption: true, to: 'blue', faulty: 'green' };
    expect(choose({ ...frozen, marker: marker(), request })).toBe('green -> blue');
  });

  it('with no record of a rollback, is done when a person names both', () => {
    const request = { dataCorruption: true, to: 'blue', faulty: 'green' };
    expect(choose({ ...frozen, marker: null, request })).toBe('green -> blue');
    expect(() =>
      choose({ ...frozen, marker: null, request: { faulty: 'green', dataCorruption: true } }),
    ).toThrow('green (2.0) gives no answers and is not active in the configuration: blue (1.0) serves.');
  });

  it('is not taken for it when another version is in the faulty one’s place', () => {
    const releases = [blue(serves), green({ ...idle, version: '2.1' })];
    expect(() => choose({ ...frozen, releases, marker: marker() })).toThrow('blue (1.0) already serves.');
  });

  it('is no way round the refusal for a rollback without a freeze, which says how to restore', () => {
    expect(() => choose({ ...frozen, marker: marker(), request: {} })).toThrow(
      'If only the database is to be restored, name the release that was left: `--faulty green`.',
    );
    expect(choose({ ...frozen, marker: marker(), request: { faulty: 'green' } })).toBe('green -> blue');
    expect(() => choose({ ...frozen, kind: 'traffic-only', marker: marker() })).toThrow(
      'blue (1.0) already serves. rollback-1 rolled back from green (2.0) at 2026-11-21T03:00:00.000Z (rolled-back). ' +
        'Nothing was changed: traffic and data are as they were. If blue (1.0) is bad too, name the release to return to: `--to NAME`.',
    );
  });
});
