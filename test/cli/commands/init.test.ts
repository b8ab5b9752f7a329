import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { init, renderInit } from '../../../src/cli/commands/init.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { jsonSchemaText } from '../../../src/config/json-schema.ts';
import { newFolder } from '../../config/support.ts';
import { fakeIo } from '../support/io.ts';

describe('backout init', () => {
  it('writes a backout.yaml that is valid as it stands, with the schema beside it', async () => {
    const folder = newFolder();
    const io = fakeIo();
    expect(await init({ path: folder }, io)).toBe(0);

    const file = join(folder, 'backout.yaml');
    expect(readFileSync(file, 'utf8')).toMatch(/^# yaml-language-server: \$schema=backout\.schema\.json\n/);
    expect(readFileSync(join(folder, 'backout.schema.json'), 'utf8')).toBe(jsonSchemaText());
    await expect(loadConfig({ path: file, env: {} })).resolves.toMatchObject({ file });
    expect(io.printed.out).toBe(renderInit({ file, schema: 'backout.schema.json' }));
  });

  it('refers to the installed schema where that lies inside the folder of the file', async () => {
    const file = `written-by-a-test-${process.pid}.yaml`;
    try {
      await init({ path: file }, fakeIo());
      expect(readFileSync(file, 'utf8')).toMatch(
        /^# yaml-language-server: \$schema=schema\/backout\.schema\.json\n/,
      );
      expect(existsSync('backout.schema.json')).toBe(false);
    } finally {
      rmSync(file);
    }
  });

  it('never replaces a file unless told to', async () => {
    const folder = newFolder();
    const file = join(folder, 'own.yaml');
    writeFileSync(file, 'mine');
    await expect(init({ path: file }, fakeIo())).rejects.toThrow(
      `${file} is there already; --force replaces it. Nothing was changed: traffic and data are as they were.`,
    );
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(existsSync(join(folder, 'backout.schema.json'))).toBe(false);

    expect(await init({ path: file, force: true }, fakeIo())).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('version: 1');
  });

  it('says which folder is missing', async () => {
    const folder = join(newFolder(), 'none');
    await expect(init({ path: join(folder, 'backout.yaml') }, fakeIo())).rejects.toThrow(
      `There is no folder ${folder}. Make it first.`,
    );
  });

  it('says why a file can not be written', async () => {
    const path = join(newFolder(), 'folder');
    mkdirSync(join(path, 'backout.yaml'), { recursive: true });
    await expect(init({ path, force: true }, fakeIo())).rejects.toThrow(/can't be written: EISDIR/);
  });

  it('says what comes next', () => {
    expect(renderInit({ file: 'backout.yaml', schema: null })).toBe(`Wrote backout.yaml.

Next:
  1. Change what is marked <-- in backout.yaml.
  2. backout check     is the file right? Contacts nothing.
  3. backout worker    the process that does the work; leave it running.
  4. backout doctor    could we roll back right now? Changes nothing.
`);
  });

  it('names the file in the next commands where they would not find it by themselves', () => {
    expect(renderInit({ file: 'ops/backout.yaml', schema: 'backout.schema.json' })).toBe(
      `Wrote ops/backout.yaml, and beside it backout.schema.json, by which editors complete and check it.

Next:
  1. Change what is marked <-- in ops/backout.yaml.
  2. backout check --config ops/backout.yaml     is the file right? Contacts nothing.
  3. backout worker --config ops/backout.yaml    the process that does the work; leave it running.
  4. backout doctor --config ops/backout.yaml    could we roll back right now? Changes nothing.
`,
    );
  });
});
