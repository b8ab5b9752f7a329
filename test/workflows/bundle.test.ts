/** The last wall around workflow code: Temporal's bundler refuses what can't be replayed, whatever lint says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let directory: string;
beforeAll(() => {
  // Inside the repository, so that packages are found.
  directory = mkdtempSync(join(ROOT, 'node_modules', '.backout-bundle-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** With what the bundler said while it worked: the error itself says only that there was one. */
async function bundle(workflowsPath: string) {
  const said: string[] = [];
  const logger = new DefaultLogger('ERROR', ({ message }) => said.push(message));
  const code = await bundleWorkflowCode({ workflowsPath, logger }).then(
    (bundled) => bundled.code,
    () => null,
  );
  return { code, said: said.join('\n') };
}

function withImport(line: string): string {
  const path = join(directory, 'workflow.ts');
  writeFileSync(path, `${line}\nexport async function example() { return used; }\n`);
  return path;
}

test.each([
  ['a module of Node', `import * as used from 'node:fs';`, /^ERROR in node:fs$/m],
  [
    'an activity that uses one, however far away',
    `import { createActivities as used } from '${join(ROOT, 'activities', 'index.ts')}';`,
    /^ERROR in node:[a-z/]+$/m,
  ],
])('refuses %s', async (_name, line, message) => {
  const { code, said } = await bundle(withImport(line));
  expect(code).toBeNull();
  expect(said).toMatch(message);
});

test('takes our workflows, with nothing of the activities in them', async () => {
  const { code } = await bundle(join(ROOT, 'workflows', 'index.ts'));
  expect(code).toContain('trafficOnlyRollback');
  expect(code).not.toContain('./activities/');
});
