/**
 * `npm run bench`: Backout against the plain shell scripts beside this file, and what a worker takes and carries.
 * See docs/performance.md. Words: local, ssh, starts, load, restore, for these parts only. Options: --rounds N (5),
 * --megabytes N (300, of the database that is restored), --quick (one small round), --json FILE.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchmark, PARTS } from './benchmark.ts';
import { render } from './table.ts';

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '300' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const unknown = words.filter((word) => !PARTS.some((part) => part === word));
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: the parts are ${PARTS.join(', ')}`);

const report = await benchmark({
  rounds: options.quick ? 1 : Number(options.rounds),
  quick: options.quick,
  megabytes: options.quick ? 10 : Number(options.megabytes),
  parts: PARTS.filter((part) => words.length === 0 || words.includes(part)),
  say: (text) => process.stderr.write(`${text}\n`),
});
process.stdout.write(`${render(report)}\n`);
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
