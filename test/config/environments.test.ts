import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentsOf } from '../../src/config/environments.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-environments-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function ask(text: string, service = 'listings') {
  const path = join(folder, 'backout.yaml');
  await writeFile(path, text);
  return environmentsOf(service, { path, env: {} });
}

const FILE = 'services: { listings: { environments: { production: {}, staging: {} } }, other: {} }';

test('the environments of a service are read without what only workers need', async () => {
  expect(await ask(FILE)).toEqual({
    known: true,
    services: ['listings', 'other'],
    environments: ['production', 'staging'],
  });
});

test('a service that is not there is told from a file that has none', async () => {
  expect(await ask(FILE, 'listing')).toMatchObject({ known: true, environments: null });
  expect(await ask('temporal: { address: localhost:7233 }')).toEqual({ known: false });
  expect(await ask('services: []')).toEqual({ known: false });
});

test('a file that is no YAML is not taken for one without services', async () => {
  await expect(ask('services: {')).rejects.toThrow('backout.yaml');
});
