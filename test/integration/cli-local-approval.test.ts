/** `--local` where approval is needed: nobody else reaches into the command, so it never waits for them. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox } from '../../scripts/demo/sandbox.ts';
import type { Sandbox } from '../../scripts/demo/sandbox.ts';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from '../cli/support/io.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const ARGV = ['rollback', 'traffic-only', 'listings', '--reason', '5xx', '--yes', '--local'];

let folder: string;
let sandbox: Sandbox;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-local-approval-'));
  sandbox = await startSandbox({
    folder,
    file: { approvals: { people: { anna: { roles: ['on-call'] }, ben: {} }, breakGlass: ['ben'] } },
  });
});
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});

const envOf = (by: string) => ({ ...process.env, BACKOUT_CONFIG: sandbox.configFile, BACKOUT_USER: by });
const whoAnswers = async () => (await fetch(sandbox.url)).headers.get('x-release');

test('without a terminal it ends in order', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...ARGV], {
    env: envOf('dan'),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(err).toContain(
    'This rollback needs approval, and runs inside this command, where nobody else can give it:\n' +
      '  - on-call: missing, from anna\n' +
      'There is no terminal to ask at, whether to go ahead without.\n' +
      'Without the approvals the rollback is ended in order: nothing was changed.\n',
  );
  expect(code).toBe(4);
  expect(await whoAnswers()).toBe('green');
});

test('for whoever may break the glass, and says why, it goes ahead', async () => {
  const io = fakeIo({ answers: ['Temporal is down'], env: envOf('ben') });
  const code = await run(ARGV, io);
  expect(io.printed.out).toContain('BREAK-GLASS: goes ahead without the approvals: Temporal is down, by ben');
  expect(io.printed.out).toContain('ROLLED BACK\n');
  expect(code).toBe(0);
  expect(await whoAnswers()).toBe('blue');
});
