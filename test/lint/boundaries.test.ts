/** Layers: the rule itself, the lint that applies it, and the whole source that keeps it. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import { BOUNDARIES, forbidden } from '../../lint/boundaries.ts';
import { boundariesRule } from '../../lint/boundaries-rule.ts';
import { importsOf } from '../../lint/imports.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FORBIDDEN = [
  ['src/domain/report/a.ts', `import { readFileSync } from 'node:fs';`, 'src/domain must not import node:fs'],
  ['src/domain/a.ts', `import fs from 'fs';`, 'src/domain must not import fs'],
  ['src/domain/a.ts', `import '../config/load.ts';`, 'src/domain must not import src/config/load.ts'],
  [
    'src/domain/a.ts',
    `import { proxyActivities } from '@temporalio/workflow';`,
    'src/domain must not import @temporalio/workflow',
  ],
  ['workflows/steps/a.ts', `import { hostname } from 'node:os';`, 'workflows must not import node:os'],
  [
    'workflows/a.ts',
    `import { createActivities } from '../activities/index.ts';`,
    'workflows must not import activities/index.ts',
  ],
  [
    'workflows/a.ts',
    `import { x } from '../activities/types.ts';`,
    'workflows must not import a value from activities/types.ts',
  ],
  [
    'workflows/a.ts',
    `const x = await import('../activities/nginx/edit.ts');`,
    'workflows must not import activities/nginx/edit.ts',
  ],
  ['workflows/a.ts', `const fs = require('node:fs');`, 'workflows must not import node:fs'],
  [
    'workflows/a.ts',
    `export * from '../src/config/load.ts';`,
    'workflows must not import src/config/load.ts',
  ],
  [
    'activities/nginx/a.ts',
    `import { stop } from '../process/driver.ts';`,
    'activities/nginx must not import activities/process/driver.ts',
  ],
  [
    'activities/nginx/a.ts',
    `import type { P } from '../process/driver.ts';`,
    'activities/nginx must not import activities/process/driver.ts',
  ],
  [
    'activities/nginx/a.ts',
    `type P = import('../process/driver.ts').P;`,
    'activities/nginx must not import activities/process/driver.ts',
  ],
  [
    'activities/nginx/a.ts',
    `import { choose } from '../targets/choose.ts';`,
    'activities/nginx must not import activities/targets/choose.ts',
  ],
  [
    'activities/nginx/a.ts',
    `import { x } from '../../workflows/messages.ts';`,
    'activities/nginx must not import workflows/messages.ts',
  ],
  [
    'activities/lock/a.ts',
    `import { edit } from '../nginx/edit.ts';`,
    'activities/lock must not import activities/nginx/edit.ts',
  ],
  [
    'activities/targets/a.ts',
    `import { loadConfig } from '../../src/config/load.ts';`,
    'activities/targets must not import src/config/load.ts',
  ],
  [
    'activities/rollback/a.ts',
    `import { Worker } from '@temporalio/worker';`,
    'activities/rollback must not import @temporalio/worker',
  ],
  [
    'src/cli/commands/a.ts',
    `import { edit } from '../../../activities/nginx/edit.ts';`,
    'src/cli must not import activities/nginx/edit.ts',
  ],
  [
    'src/cli/a.ts',
    `import { Worker } from '@temporalio/worker';`,
    'src/cli must not import @temporalio/worker',
  ],
  [
    'src/gateway/a.ts',
    `export { run } from '../../activities/commands/local.ts';`,
    'src/gateway must not import activities/commands/local.ts',
  ],
  [
    'src/worker.ts',
    `import { openLab } from '../test/support/lab.ts';`,
    'src/ must not import test/support/lab.ts',
  ],
  [
    'scripts/demo/a.ts',
    `import { until } from '../../test/support/until.ts';`,
    'scripts/demo must not import test/support/until.ts',
  ],
] as const;

const ALLOWED = [
  ['src/domain/report/a.ts', `import * as z from 'zod'; import { y } from '../plan.ts';`],
  [
    'workflows/steps/a.ts',
    `import { sleep } from '@temporalio/workflow'; import type { A } from '../../activities/types.ts';`,
  ],
  ['workflows/a.ts', `import { planHash } from '../src/domain/plan.ts'; import './messages.ts';`],
  [
    'activities/nginx/a.ts',
    `import { x } from '../lock/lock.ts'; import type { T } from '../targets/driver.ts';`,
  ],
  [
    'activities/targets/nginx-blue-green/a.ts',
    `import { x } from '../../nginx/edit.ts'; import y from '../../process/driver.ts';`,
  ],
  ['activities/index.ts', `import { x } from './targets/index.ts';`],
  [
    'src/cli/commands/a.ts',
    `import { Client } from '@temporalio/client'; const w = await import('../../worker.ts');`,
  ],
  ['src/worker.ts', `import { createActivities } from '../activities/index.ts';`],
  ['test/a.test.ts', `import { edit } from '../activities/nginx/edit.ts'; import fs from 'node:fs';`],
] as const;

function lint(file: string, source: string): string[] {
  const linter = new Linter({ configType: 'flat', cwd: ROOT });
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser },
    plugins: { backout: { rules: { boundaries: boundariesRule } } },
    rules: { 'backout/boundaries': 'error' },
  };
  return linter.verify(source, [config], { filename: posix.join(ROOT, file) }).map(({ message }) => message);
}

const walk = (file: string, source: string) =>
  importsOf(file, source).flatMap((one) => forbidden(file, one) ?? []);

describe('an import across a boundary', () => {
  test.each(FORBIDDEN)('in %s is refused: %s', (file, source, message) => {
    const expected = [expect.stringMatching(new RegExp(`^${message.replaceAll(/[./]/g, '\\$&')}: .{20}`))];
    expect(walk(file, source)).toEqual(expected);
    expect(lint(file, source)).toEqual(walk(file, source));
  });

  test.each(ALLOWED)('in %s is allowed when the layers are kept: %s', (file, source) => {
    expect(walk(file, source)).toEqual([]);
    expect(lint(file, source)).toEqual([]);
  });
});

const SOURCES = ['src', 'workflows', 'activities', 'scripts/demo'].flatMap((folder) =>
  readdirSync(posix.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, posix.join(entry.parentPath, entry.name)).split(sep).join('/')),
);
const read = (file: string) => importsOf(file, readFileSync(posix.join(ROOT, file), 'utf8'));

describe('the source', () => {
  test('keeps every boundary', () => {
    const found = SOURCES.flatMap((file) =>
      read(file).flatMap((one) => {
        const message = forbidden(file, one);
        return message === null ? [] : [`${file}: ${message}`];
      }),
    );
    expect(found).toEqual([]);
  });

  test('is under a boundary, every file of it', () => {
    // A package that nobody may import shows whether a file is looked at.
    const free = SOURCES.filter((file) => forbidden(file, { from: 'left-pad', typeOnly: false }) === null);
    expect(free).toEqual([]);
  });

  test('uses every boundary that is drawn', () => {
    const messages = SOURCES.map((file) => forbidden(file, { from: 'left-pad', typeOnly: false }));
    for (const { because } of BOUNDARIES) {
      expect(messages.some((message) => message?.endsWith(because))).toBe(true);
    }
  });

  test('lets nothing of Node or of the activities into workflow code, however many files lie between', () => {
    const reached = reachable('workflows/index.ts');
    expect(reached).toContain('workflows/traffic-only-rollback.ts');
    expect(reached).toContain('src/domain/plan.ts');
    expect(reached.filter((one) => one.startsWith('node:') || one.startsWith('activities/'))).toEqual([]);
  });
});

/** Files of this repository, and the packages, whose values are loaded with `start`. */
function reachable(start: string, seen = new Set<string>()): string[] {
  if (seen.has(start)) return [];
  seen.add(start);
  if (!SOURCES.includes(start)) return [start];
  const next = read(start).filter(({ typeOnly }) => !typeOnly);
  const paths = next.map(({ from }) =>
    from.startsWith('.') ? posix.join(posix.dirname(start), from) : from,
  );
  return [start, ...paths.flatMap((path) => reachable(path, seen))];
}
