/** Follows one health path: since when it has been healthy without a break. Pure; times are milliseconds since the start. */
import type { Check, HealthSettings } from '../../src/domain/verification.ts';
import { seconds } from './format.ts';

/** One answer of a health path: `said` is "200", "503 Service Unavailable" or what went wrong. */
export type HealthAnswer = { healthy: boolean; said: string };

export type PathHealth = {
  path: string;
  asked: number;
  healthy: number;
  /** When the first answer of the present unbroken row came; null after an unhealthy one. */
  healthySince: number | null;
  /** How often an unhealthy answer followed a healthy one. */
  breaks: number;
  firstFailure: { at: number; said: string } | null;
  lastSaid: string;
};

/** A path that has not been asked yet. */
export function unasked(path: string): PathHealth {
  return { path, asked: 0, healthy: 0, healthySince: null, breaks: 0, firstFailure: null, lastSaid: '' };
}

/** The path's health with one more answer, which came `at`. */
export function follow(health: PathHealth, answer: HealthAnswer, at: number): PathHealth {
  const asked = { ...health, asked: health.asked + 1, lastSaid: answer.said };
  if (answer.healthy) {
    return { ...asked, healthy: health.healthy + 1, healthySince: health.healthySince ?? at };
  }
  return {
    ...asked,
    healthySince: null,
    breaks: health.breaks + (health.healthySince === null ? 0 : 1),
    firstFailure: health.firstFailure ?? { at, said: answer.said },
  };
}

/** Has it been healthy without a break for long enough, `at` its last answer? */
export function isSteady(health: PathHealth, { steadySeconds }: HealthSettings, at: number): boolean {
  return health.healthySince !== null && at - health.healthySince >= steadySeconds * 1000;
}

/** The verdict on one path when asking has ended, `at`. */
export function judgeHealth(health: PathHealth, settings: HealthSettings, at: number): Check {
  const passed = isSteady(health, settings, at);
  const { healthySince } = health;
  const now =
    healthySince === null
      ? `Not healthy after ${seconds(at)}: ${health.lastSaid}`
      : `Healthy without a break for ${seconds(at - healthySince)}, since ${seconds(healthySince)} after the first question`;
  const needed = `${settings.steadySeconds} s needed${passed ? '' : ` within ${settings.withinSeconds} s`}`;
  const answers = `${health.healthy} of ${health.asked} answers were healthy`;
  return {
    name: `health ${health.path}`,
    passed,
    detail: `${now} (${needed}). ${answers}${describeFailure(health)}.`,
  };
}

function describeFailure({ firstFailure, breaks }: PathHealth): string {
  if (firstFailure === null) return '';
  const times =
    breaks === 0 ? '' : `, ${breaks === 1 ? 'once' : `${breaks} times`} after it had been healthy`;
  return `; first failure at ${seconds(firstFailure.at)}: ${firstFailure.said}${times}`;
}
