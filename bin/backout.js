#!/usr/bin/env node
/** Starts the built command line. Plain JavaScript that any Node can read, so that an old one gets a clear answer. */
import { existsSync } from 'node:fs';
import module from 'node:module';

const OLDEST = [20, 19];
const BUILT = new URL('../dist/main.js', import.meta.url);

process.title = 'backout';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  stop(`Backout needs Node ${OLDEST.join('.')} or newer; this is ${process.version}. See https://nodejs.org`);
}
if (!existsSync(BUILT)) stop('Backout is not built yet. Run `npm run build` in its folder.');

// Node 22 and later keep compiled code between starts.
module.enableCompileCache?.();
await import(BUILT.href);

function stop(why) {
  process.stderr.write(`${why} Nothing was changed.\n`);
  process.exit(1);
}
