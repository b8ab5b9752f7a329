import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { resolveService } from '../../src/config/services.ts';
import { SMALL, writeConfig } from './support.ts';

const load = (text: string) => loadConfig({ path: writeConfig(text), env: {}, secrets: false });
const STAGING = SMALL.slice(SMALL.indexOf('      production:'))
  .replace('production', 'staging')
  .replace('/etc/nginx/listings', '/etc/nginx/staging');

describe('a service', () => {
  it('is taken in its only environment, on the main task queue, with the channels of the file', async () => {
    const config = await load(SMALL.replace('services:', 'slack: { incidents: { env: HOOK } }\nservices:'));
    expect(resolveService(config, { service: 'listings' })).toMatchObject({
      service: 'listings',
      environment: 'production',
      taskQueue: 'backout',
      settings: { slack: { incidents: { env: 'HOOK' } } },
    });
  });

  it('is taken in its default environment where it has several', async () => {
    const config = await load(
      SMALL.replace('listings:\n', 'listings:\n    defaultEnvironment: staging\n') + STAGING,
    );
    expect(resolveService(config, { service: 'listings' }).environment).toBe('staging');
  });

  it('is refused without an environment where it has several and no default', async () => {
    const config = await load(SMALL + STAGING);
    expect(() => resolveService(config, { service: 'listings' })).toThrow(
      'listings has several environments and no default. Nothing was changed: traffic and data are as they were. Choose one of: production, staging.',
    );
  });

  it('is refused with the nearest name when there is none of that name', async () => {
    const config = await load(SMALL);
    expect(() => resolveService(config, { service: 'listing' })).toThrow(
      'There is no service "listing" in the configuration. Nothing was changed: traffic and data are as they were. Did you mean listings? Choose one of: listings.',
    );
    expect(() => resolveService(config, { service: 'constructor' })).toThrow(
      'There is no service "constructor"',
    );
    expect(() => resolveService(config, { service: 'listings', environment: 'prod' })).toThrow(
      'listings has no environment "prod". Nothing was changed: traffic and data are as they were. Choose one of: production.',
    );
  });
});
