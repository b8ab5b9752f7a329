import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireKnown } from '../../src/cli/known-service.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backout-known-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['a service of the configuration', 'services: { listings: {} }', 'listings', null],
  ['nothing named', 'services: { listings: {} }', undefined, null],
  ['a configuration without services', 'log: { level: info }', 'listnigs', null],
  [
    'a slip of the pen',
    'services: { listings: {}, users: {} }',
    'listnigs',
    'There is no service "listnigs" in the configuration; there are listings, users.',
  ],
])('%s', (_, text, service, refusal) => {
  const config = join(folder, 'backout.yaml');
  writeFileSync(config, text);
  const look = () => requireKnown({ service, config }, {});
  if (refusal === null) expect(look).not.toThrow();
  else expect(look).toThrow(refusal);
});
