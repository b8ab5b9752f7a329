import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectionOptions, resolveTemporal } from '../../src/config/temporal.ts';
import { newFolder } from './support.ts';

function profileFile(): string {
  const file = join(newFolder(), 'temporal.toml');
  writeFileSync(
    file,
    `[profile.default]
address = "profile.example.net:7233"
namespace = "from-profile"

[profile.cloud]
address = "cloud.example.net:7233"
namespace = "cloud"
api_key = "key-of-cloud"
`,
  );
  return file;
}

describe('where Temporal is', () => {
  const env = { TEMPORAL_CONFIG_FILE: profileFile() };

  it('is said first by the flags, then the environment, the file, the profile, and the default', async () => {
    const flags = { address: 'flag:1', namespace: 'flag' };
    const file = { address: 'file:1', namespace: 'file' };
    const fromEnv = { ...env, TEMPORAL_ADDRESS: 'env:1', TEMPORAL_NAMESPACE: 'env' };
    const settings = async (sources: Parameters<typeof resolveTemporal>[0]) => {
      const { address, namespace } = await resolveTemporal(sources);
      return [address, namespace];
    };
    expect(await settings({ flags, file, env: fromEnv })).toEqual(['flag:1', 'flag']);
    expect(await settings({ file, env: fromEnv })).toEqual(['env:1', 'env']);
    expect(await settings({ file, env })).toEqual(['file:1', 'file']);
    expect(await settings({ env })).toEqual(['profile.example.net:7233', 'from-profile']);
    expect(await settings({ env: { TEMPORAL_CONFIG_FILE: '/nowhere' } })).toEqual([
      '127.0.0.1:7233',
      'default',
    ]);
  });

  it('is read from the profile that TEMPORAL_PROFILE names, before the one that the file names', async () => {
    const settings = await resolveTemporal({
      file: { profile: 'default' },
      env: { ...env, TEMPORAL_PROFILE: 'cloud' },
    });
    expect(settings).toEqual({
      address: 'cloud.example.net:7233',
      namespace: 'cloud',
      profile: 'cloud',
      taskQueue: 'backout',
    });
  });

  it('is refused when the profile is not there', async () => {
    await expect(resolveTemporal({ file: { profile: 'gone' }, env })).rejects.toThrow(
      "The Temporal connection profile can't be used: Profile 'gone' not found in config data.",
    );
  });

  it('is refused when the address is a URL', async () => {
    await expect(resolveTemporal({ flags: { address: 'http://temporal:7233' }, env })).rejects.toThrow(
      '"http://temporal:7233" is not the address of a Temporal frontend.',
    );
  });
});

describe('how to connect', () => {
  it("uses the profile's API key, and then TLS, whatever the address is", async () => {
    const env = { TEMPORAL_CONFIG_FILE: profileFile() };
    const temporal = { address: 'other:7233', namespace: 'x', profile: 'cloud', taskQueue: 'backout' };
    expect(await connectionOptions({ temporal }, env)).toEqual({
      address: 'other:7233',
      apiKey: 'key-of-cloud',
      tls: true,
    });
  });

  it('uses TLS settings from the environment', async () => {
    const env = {
      TEMPORAL_CONFIG_FILE: '/nowhere',
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_NAME: 'temporal',
    };
    const temporal = { address: 'other:7233', namespace: 'x', taskQueue: 'backout' };
    const options = await connectionOptions({ temporal }, env);
    expect(options.tls).toMatchObject({ serverNameOverride: 'temporal' });
  });
});
