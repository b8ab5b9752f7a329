/** Which environment a request means; a name that is not configured is refused with what there is. */
import { expect, test } from 'vitest';
import { chooseEnvironment, environmentSettings } from '../../../activities/rollback/services.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import type { Service } from '../../../src/domain/service.ts';
import { CONFIG } from '../../support/records.ts';

const { slack: own, ...WITHOUT_SLACK } = CONFIG;
const service = (names: string[], defaultEnvironment?: string): Service => ({
  environments: Object.fromEntries(names.map((name) => [name, CONFIG])),
  ...(defaultEnvironment === undefined ? {} : { defaultEnvironment }),
});

const services: Record<string, Service> = {
  listings: service(['staging', 'production'], 'production'),
  search: service(['eu', 'us']),
  billing: service(['production']),
};

function failureOf(choose: () => unknown): BackoutFailure {
  try {
    choose();
  } catch (error) {
    expect(error).toBeInstanceOf(BackoutFailure);
    return error as BackoutFailure;
  }
  throw new Error('it was not refused');
}

test.each([
  [{ service: 'listings', environment: 'staging' }, 'staging'],
  [{ service: 'listings' }, 'production'],
  [{ service: 'listings', environment: undefined }, 'production'],
  [{ service: 'billing' }, 'production'],
  [{ service: 'search', environment: 'us' }, 'us'],
])('%j means %s', (wanted, environment) => {
  expect(chooseEnvironment({ services }, wanted)).toBe(environment);
});

test.each([
  [
    { service: 'listing' },
    'There is no service "listing" in the configuration.',
    'Choose one of: listings, search, billing.',
  ],
  [{ service: 'search' }, 'search has several environments and no default.', 'Choose one of: eu, us.'],
  [
    { service: 'listings', environment: 'prod' },
    'listings has no environment "prod".',
    'Choose one of: staging, production.',
  ],
  [
    { service: 'constructor' },
    'There is no service "constructor" in the configuration.',
    'Choose one of: listings, search, billing.',
  ],
  [
    { service: 'billing', environment: 'toString' },
    'billing has no environment "toString".',
    'Choose one of: production.',
  ],
])('%j is refused with what there is', (wanted, what, next) => {
  const failure = failureOf(() => chooseEnvironment({ services }, wanted));
  expect([failure.type, failure.retryable]).toEqual(['UnknownService', false]);
  expect(failure.message).toBe(`${what} Nothing was changed: traffic and data are as they were. ${next}`);
  expect(failureOf(() => environmentSettings({ services, slack: undefined }, wanted)).message).toBe(
    failure.message,
  );
});

test('where nothing is configured, that is said', () => {
  expect(failureOf(() => chooseEnvironment({ services: {} }, { service: 'a' })).parts.next).toBe(
    'Choose one of: (none is configured).',
  );
});

test('an environment’s own Slack channels come before those of the file', () => {
  const slack = { incidents: { env: 'OF_THE_FILE' } };
  const services = {
    listings: { environments: { own: CONFIG, none: WITHOUT_SLACK } },
  } satisfies Record<string, Service>;
  const settings = (environment: string, ofFile: typeof slack | undefined) =>
    environmentSettings({ services, slack: ofFile }, { service: 'listings', environment });
  expect(own).toBeDefined();
  expect(settings('own', slack)).toEqual(CONFIG);
  expect(settings('none', slack)).toEqual({ ...WITHOUT_SLACK, slack });
  expect(settings('none', undefined)).toEqual(WITHOUT_SLACK);
});
