/**
 * All tests, from fast to slow: `npm test`, or some projects: `npm test -- unit workflows`.
 *
 * A test that is skipped, a project without tests, an unhandled error and a program left running all count as
 * failures. The last line is always `N passed, M failed`.
 */
import { runProject } from './test-project.ts';
import { report } from './test-summary.ts';
import type { ProjectResult } from './test-summary.ts';

/** In seconds: several times what a loaded machine with two cores needs. */
const LIMITS = { unit: 600, workflows: 900, integration: 2400, crash: 3600 } as const;
type Project = keyof typeof LIMITS;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const results: ProjectResult[] = [];
for (const project of chosen(process.argv.slice(2))) {
  results.push(await runProject({ project, limitSeconds: LIMITS[project] }));
}
process.stdout.write(`\n${report(results).join('\n')}\n`);
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;

function chosen(names: string[]): Project[] {
  const all = Object.keys(LIMITS) as Project[];
  const unknown = names.filter((name) => !(all as string[]).includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no test project ${unknown.join(', ')}. There are: ${all.join(', ')}.\n`);
    process.exit(2);
  }
  return names.length === 0 ? all : all.filter((name) => names.includes(name));
}
