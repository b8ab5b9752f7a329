/**
 * `npm run bench`: Backout against the plain shell script of baseline.sh, and what a worker takes and carries.
 * See docs/performance.md. Options: --rounds N (5), --quick (one small round), --json FILE,
 * --only local|ssh|starts|load (again for more).
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchmark, PARTS } from './benchmark.ts';
import { render } from './table.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});

const report = await benchmark({
  rounds: options.quick ? 1 : Number(options.rounds),
  quick: options.quick,
  parts: PARTS.filter((part) => options.only?.includes(part) ?? true),
  say: (text) => process.stderr.write(`${text}\n`),
});
process.stdout.write(`${render(report)}\n`);
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
