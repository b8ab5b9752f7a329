/**
 * `npm run build`: makes dist/, and what is written from the configuration's schema.
 *
 * dist/main.js is the command line, split so that each command loads only what it needs; dist/workflow-bundle.js is
 * the workflows' code as Temporal runs it. Everything is made beside dist/ and moved into place at the end, so that a
 * build that fails leaves the last good one, and a worker that starts meanwhile never sees half of one.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCli } from './build/cli.ts';
import { buildWorkflows } from './build/workflows.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

async function build(): Promise<void> {
  const started = performance.now();
  const folder = await mkdtemp(join(ROOT, '.dist-'));
  try {
    await Promise.all([
      buildCli({ root: ROOT, folder }),
      buildWorkflows({ root: ROOT, file: join(folder, 'workflow-bundle.js') }),
      import('../src/config/write-json-schema.ts'),
    ]);
    // Workers may run as another user than the one who builds; temporary folders are private.
    await chmod(folder, 0o755);
    await replace(DIST, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await printSizes();
  process.stdout.write(`built in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

async function replace(old: string, by: string): Promise<void> {
  const aside = `${by}-old`;
  if (existsSync(old)) await rename(old, aside);
  await rename(by, old);
  await rm(aside, { recursive: true, force: true });
}

async function printSizes(): Promise<void> {
  const names = await readdir(DIST);
  const sizes = await Promise.all(
    names.map(async (name) => ({ name, bytes: (await stat(join(DIST, name))).size })),
  );
  const chunks = sizes.filter(({ name }) => name.startsWith('chunk-'));
  const others = sizes.filter(({ name }) => !name.startsWith('chunk-') && !name.endsWith('.map'));
  for (const { name, bytes } of others.sort((a, b) => b.bytes - a.bytes)) line(name, bytes);
  line(
    `${chunks.length} shared chunks`,
    chunks.reduce((sum, { bytes }) => sum + bytes, 0),
  );
}

function line(name: string, bytes: number): void {
  process.stdout.write(`${(bytes / 1024).toFixed(1).padStart(9)} KB  dist/${name}\n`);
}

try {
  await build();
} catch (error) {
  process.stderr.write(`\nbuild failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
