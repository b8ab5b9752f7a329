import { describe, expect, it } from 'vitest';
import { loadClientSettings } from '../../src/config/client.ts';
import { writeConfig } from './support.ts';

const env = { TEMPORAL_CONFIG_FILE: '/nowhere' };

describe('what a client needs', () => {
  it('is read from a file whose services are broken', async () => {
    const path = writeConfig('temporal: { address: "t:1", taskQueue: listings }\nservices: broken');
    expect(await loadClientSettings({ path, env })).toEqual({
      file: path,
      temporal: { address: 't:1', namespace: 'default', taskQueue: 'listings' },
    });
  });

  it('is refused with all problems when the part it needs is wrong', async () => {
    const path = writeConfig('version: 1\ntemporal: { adress: "t:1" }\nservices: broken');
    await expect(loadClientSettings({ path, env })).rejects.toThrow(
      `${path}:2:13: temporal.adress: there is no such setting; did you mean address?`,
    );
  });

  it('is refused where the file is no YAML', async () => {
    await expect(loadClientSettings({ path: writeConfig('a: [1'), env })).rejects.toThrow('has a problem:');
  });
});
