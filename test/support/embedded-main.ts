/** Starts an embedded Temporal server, prints its process ID, and waits to be killed. */
import { join } from 'node:path';
import { startEmbeddedTemporal } from '../../src/embedded/temporal.ts';

const folder = process.argv[2] ?? '';
const { pid } = await startEmbeddedTemporal({
  searchAttributes: [],
  namespace: 'default',
  logFile: join(folder, 'temporal.log'),
  headless: true,
});
process.stdout.write(`${pid}\n`);
