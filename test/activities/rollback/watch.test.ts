import { describe, expect, it } from 'vitest';
import { quick, servingOf } from '../../../activities/rollback/watch.ts';
import type { ObservedRelease } from '../../../src/domain/plan.ts';
import { verificationSchema } from '../../../src/domain/verification.ts';
import { at } from '../../support/records.ts';

const BLUE = { name: 'blue', version: '1.4.0' };

const release = (name: string, configured: ObservedRelease['configured'], version: string | null = '1.4.0') =>
  ({
    name,
    version,
    configured,
    answerShare: null,
    process: 'running',
    health: 'healthy',
    detail: '',
  }) as const;
const observed = (...releases: ObservedRelease[]) => ({ at: at(0), releases, notes: [] });

describe('the release that is watched', () => {
  it('is the one returned to while that serves, in the version that it has now', () => {
    expect(servingOf(observed(release('blue', 'active', '1.4.1'), release('green', 'down')), BLUE)).toEqual({
      release: { name: 'blue', version: '1.4.1' },
      isAlone: true,
    });
  });

  it('is the mended one once that serves', () => {
    expect(servingOf(observed(release('blue', 'down'), release('green', 'active', '1.5.1')), BLUE)).toEqual({
      release: { name: 'green', version: '1.5.1' },
      isAlone: true,
    });
  });

  it('is the one returned to in a canary, whose traffic is not all on it', () => {
    expect(servingOf(observed(release('green', 'active'), release('blue', 'active')), BLUE)).toEqual({
      release: BLUE,
      isAlone: false,
    });
  });

  it('is the one returned to when nothing serves, so that the check says so', () => {
    expect(servingOf(observed(release('blue', 'down'), release('green', 'down')), BLUE)).toEqual({
      release: BLUE,
      isAlone: true,
    });
  });
});

describe('a quick verification', () => {
  const settings = verificationSchema.parse({
    health: { steadySeconds: 30, withinSeconds: 120 },
    smoke: { urls: [{ url: 'http://127.0.0.1/' }] },
    metrics: {
      prometheus: { url: 'http://127.0.0.1:9090' },
      requests: 'sum(rate(x[$window]))',
      errorShare: { query: 'x' },
      settleSeconds: 60,
      withinSeconds: 120,
    },
    logErrors: {},
  });

  it('waits for no steady window and not for long, and asks everything else as ever', () => {
    const fast = quick(settings, true);
    expect(fast.health).toEqual({ ...settings.health, steadySeconds: 0, withinSeconds: 15 });
    expect(fast.metrics).toEqual({ ...settings.metrics, settleSeconds: 0, withinSeconds: 15 });
    expect(fast.smoke).toEqual(settings.smoke);
    expect(fast.logErrors).toEqual(settings.logErrors);
  });

  it('waits no longer than the verification itself would', () => {
    const { health } = quick(
      verificationSchema.parse({ health: { steadySeconds: 1, withinSeconds: 4 } }),
      true,
    );
    expect(health.withinSeconds).toBe(4);
  });

  it('counts no log errors where nobody knows what is new', () => {
    expect(quick(settings, false)).not.toHaveProperty('logErrors');
  });
});
