/**
 * Makes a fresh checkout ready: `node scripts/bootstrap.mjs --for build|demo|full-demo|tests`.
 *
 * Plain JavaScript without dependencies, because it runs before there are any. Every part is looked for first, and
 * what is missing is said before it is fetched. When all is there it takes a fraction of a second and no network.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  getCurl,
  getDocker,
  getNginx,
  getPostgres,
  getPrometheus,
  getSsh,
  getTemporal,
  getTestServer,
  getUnleash,
} from './parts.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];
const STAMPS = join(ROOT, 'node_modules', '.backout');

const PARTS = {
  build: [],
  demo: [getTemporal, getNginx, getCurl],
  'full-demo': [getTemporal, getNginx, getCurl, getPostgres],
  tests: [
    getTemporal,
    getTestServer,
    getNginx,
    getCurl,
    getSsh,
    getPrometheus,
    getPostgres,
    getDocker,
    getUnleash,
  ],
};

const wanted = process.argv[process.argv.indexOf('--for') + 1] ?? 'build';
if (!(wanted in PARTS)) fail(`--for must be one of ${Object.keys(PARTS).join(', ')}`);

requireNode();
timed('npm packages', installPackages);
for (const part of PARTS[wanted]) timed(part.name, part);
timed('build', build);

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(
    `Backout needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.version}. See https://nodejs.org`,
  );
}

/** `npm ci` when package-lock.json is not the one that was installed. */
function installPackages() {
  const lock = hash([join(ROOT, 'package-lock.json')]);
  if (isStamped('packages', lock)) return;
  say('installing the npm packages (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error']);
  stamp('packages', lock);
}

/** `dist/`, when a source is newer than the last build. */
function build() {
  const sources = ['src', 'workflows', 'activities', 'scripts/build.ts', 'package-lock.json'].flatMap(
    (path) => files(join(ROOT, path)),
  );
  const current = hash(sources);
  if (isStamped('build', current) && existsSync(join(ROOT, 'dist', 'main.js'))) return;
  say('building (npm run build)');
  run('npm', ['run', '--silent', 'build']);
  stamp('build', current);
}

function timed(name, work) {
  const started = Date.now();
  try {
    work();
  } catch (error) {
    fail(error.message);
  }
  const seconds = (Date.now() - started) / 1000;
  if (seconds > 1) say(`${name.replace(/^get/, '')}: ${seconds.toFixed(1)} s`);
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0)
    throw new Error(`\`${program} ${args.join(' ')}\` failed${error ? `: ${error.message}` : ''}`);
}

function files(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

function hash(paths) {
  const digest = createHash('sha256');
  for (const path of paths) digest.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path));
  return digest.digest('hex');
}

function isStamped(name, value) {
  const file = join(STAMPS, name);
  return existsSync(file) && readFileSync(file, 'utf8') === value;
}

function stamp(name, value) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), value);
}

function say(text) {
  process.stderr.write(`[set-up] ${text}\n`);
}

function fail(text) {
  process.stderr.write(`[set-up] failed: ${text}\n`);
  process.exit(1);
}
