/** The programs that demo and tests need, and the ways to get each: found, installed, downloaded, or built. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const CACHE =
  process.env.BACKOUT_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'backout');
const BIN = join(CACHE, 'bin');
/** Server programs are often where only root's PATH looks. */
const PATH = [process.env.PATH ?? '', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'].join(delimiter);

/** The newest version whose go.mod lets `go install` build it. */
const TEMPORAL_GO_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const TEMPORAL_CDN = 'https://temporal.download/cli/archive/latest';
const TEST_SERVER = { group: 'io.temporal', artifact: 'temporal-test-server', version: '1.38.0' };
const DOWNLOAD_SECONDS = 60;
/** The newest that runs on Node 20. */
const UNLEASH_VERSION = '7.5.1';

/** The Temporal CLI: it holds the dev server and its UI. */
export function getTemporal() {
  if (process.env.BACKOUT_TEMPORAL_CLI || has('temporal') || existsSync(join(BIN, 'temporal'))) return;
  mkdirSync(BIN, { recursive: true });
  say('the Temporal CLI is missing: downloading it');
  if (downloadTemporal()) return;
  if (has('go')) {
    say(`no download: building it with Go (${TEMPORAL_GO_MODULE}), which takes some minutes`);
    const built = run('go', ['install', '-ldflags', '-s -w', TEMPORAL_GO_MODULE], {
      ...process.env,
      GOBIN: BIN,
    });
    if (built) return;
  }
  throw new Error(
    'the Temporal CLI could not be had. Install it (https://docs.temporal.io/cli) so that `temporal` is on PATH.',
  );
}

/** The time-skipping test server, for the workflow tests. */
export function getTestServer() {
  const program = join(BIN, 'temporal-test-server');
  const jars = join(CACHE, 'temporal-test-server');
  // The quick compiler and the simple collector halve the time of a start, which counts here.
  const start = `#!/bin/sh\nexec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '${jars}/*' io.temporal.testserver.TestServer "$1"\n`;
  if (existsSync(program)) {
    if (readFileSync(program, 'utf8') !== start) writeFileSync(program, start);
    return;
  }
  requireProgram('java', {
    apt: 'default-jre-headless',
    dnf: 'java-latest-openjdk-headless',
    apk: 'openjdk17-jre-headless',
    brew: 'openjdk',
  });
  requireProgram('mvn', { apt: 'maven', dnf: 'maven', apk: 'maven', brew: 'maven' });
  say('the Temporal test server is missing: fetching it from Maven Central');
  mkdirSync(jars, { recursive: true });
  const pom = join(jars, 'pom.xml');
  writeFileSync(pom, mavenProject());
  const fetched = run('mvn', [
    '-q',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${jars}`,
    '-DincludeScope=runtime',
  ]);
  if (!fetched) throw new Error('the Temporal test server could not be fetched from Maven Central.');
  mkdirSync(BIN, { recursive: true });
  writeFileSync(program, start);
  chmodSync(program, 0o755);
}

export function getNginx() {
  requireProgram('nginx', { apt: 'nginx-light', dnf: 'nginx', apk: 'nginx', brew: 'nginx' });
}

export function getCurl() {
  requireProgram('curl', { apt: 'curl', dnf: 'curl', apk: 'curl', brew: 'curl' });
}

export function getSsh() {
  requireProgram('ssh', {
    apt: 'openssh-client',
    dnf: 'openssh-clients',
    apk: 'openssh-client',
    brew: 'openssh',
  });
  requireProgram('sshd', {
    apt: 'openssh-server',
    dnf: 'openssh-server',
    apk: 'openssh-server',
    brew: 'openssh',
  });
}

export function getPrometheus() {
  requireProgram('prometheus', {
    apt: 'prometheus',
    dnf: 'prometheus',
    apk: 'prometheus',
    brew: 'prometheus',
  });
}

/** Server and client programs. Debian and Ubuntu start a server when they install it; the tests start their own. */
export function getPostgres() {
  requireProgram('postgres', {
    apt: 'postgresql',
    dnf: 'postgresql-server',
    apk: 'postgresql',
    brew: 'postgresql',
  });
}

/** A real Unleash server, for the tests of feature flags. It is too heavy to be one of our own packages. */
export function getUnleash() {
  const folder = join(CACHE, `unleash-${UNLEASH_VERSION}`);
  if (existsSync(join(folder, 'node_modules', 'unleash-server', 'package.json'))) return;
  say(
    `Unleash is missing: npm install unleash-server@${UNLEASH_VERSION} into ${folder}, which takes about a minute`,
  );
  // Beside, so that what is there is whole.
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  const installed = run('npm', [
    'install',
    '--prefix',
    making,
    '--ignore-scripts',
    ...quiet,
    `unleash-server@${UNLEASH_VERSION}`,
  ]);
  if (!installed) {
    rmSync(making, { recursive: true, force: true });
    throw new Error(`unleash-server@${UNLEASH_VERSION} could not be installed from the npm registry.`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
}

/**
 * Docker, for a PostgreSQL in a container. The user's own daemon is taken where one answers. Else the tests start one
 * themselves, which takes Linux and root.
 */
export function getDocker() {
  if (has('docker') && answers('docker', ['info', '--format', '{{.ServerVersion}}'])) return;
  if (process.platform !== 'linux') {
    throw new Error('no Docker daemon answers (`docker info`). Start Docker Desktop, Colima or another one.');
  }
  requireProgram('dockerd', { apt: 'docker.io', dnf: 'moby-engine', apk: 'docker' });
  // Some systems pack its client separately.
  requireProgram('docker', { apt: 'docker-cli', dnf: 'docker-cli', apk: 'docker-cli' });
  requireProgram('busybox', { apt: 'busybox-static', dnf: 'busybox', apk: 'busybox-static' });
  if (process.getuid?.() === 0 || answers('docker', ['info', '--format', '{{.ServerVersion}}'])) return;
  throw new Error(
    'Docker is installed, but its daemon does not answer this user (`docker info`). Start it (`sudo systemctl start docker`) and join its group (`sudo usermod -aG docker $USER`, then log in again).',
  );
}

/** Installs a program by the system's package manager, saying so first. */
function requireProgram(program, packages) {
  if (has(program)) return;
  const manager = [
    {
      name: 'apt',
      tool: 'apt-get',
      install: ['install', '-y', '-qq', '--no-install-recommends'],
      first: ['update', '-qq'],
    },
    { name: 'dnf', tool: 'dnf', install: ['install', '-y', '-q'] },
    { name: 'apk', tool: 'apk', install: ['add', '-q'] },
    { name: 'brew', tool: 'brew', install: ['install', '-q'] },
  ].find(({ tool }) => has(tool));
  const advice = Object.entries(packages)
    .map(([name, pack]) => `${pack} (${name})`)
    .join(', ');
  if (!manager)
    throw new Error(`${program} is missing and there is no package manager that we know. Install ${advice}.`);
  const asRoot = process.getuid?.() === 0 || manager.name === 'brew' ? [] : ['sudo', '-n'];
  const call = (args) => {
    const [tool, ...rest] = [...asRoot, manager.tool, ...args];
    return run(tool, rest, { ...process.env, DEBIAN_FRONTEND: 'noninteractive' });
  };
  const install = [...manager.install, packages[manager.name]];
  say(`${program} is missing: ${[...asRoot, manager.tool, ...install].join(' ')}`);
  if (manager.first) call(manager.first);
  if (!call(install) || !has(program)) {
    throw new Error(`${program} could not be installed. Install it yourself: ${advice}.`);
  }
}

function downloadTemporal() {
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  if (!platform || !arch || !has('curl') || !has('tar')) return false;
  const archive = join(CACHE, 'temporal.tar.gz');
  const url = `${TEMPORAL_CDN}?platform=${platform}&arch=${arch}`;
  const got = run('curl', ['-fsSL', '--max-time', String(DOWNLOAD_SECONDS), '-o', archive, url]);
  const unpacked = got && run('tar', ['-xzf', archive, '-C', BIN, 'temporal']);
  rmSync(archive, { force: true });
  return unpacked;
}

function mavenProject() {
  const { group, artifact, version } = TEST_SERVER;
  return `<project><modelVersion>4.0.0</modelVersion><groupId>backout</groupId><artifactId>test-server</artifactId><version>1</version>
<dependencies><dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency></dependencies></project>
`;
}

/** Is there such a program? */
function has(program) {
  return [...PATH.split(delimiter), ...postgresFolders()].some((folder) => existsSync(join(folder, program)));
}

/** Debian keeps several versions side by side, and none on the PATH. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql';
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
}

function run(program, args, env = process.env) {
  const { status } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env, PATH },
  });
  return status === 0;
}

/** Does the command succeed? What it says is nobody's concern. */
function answers(program, args) {
  return spawnSync(program, args, { stdio: 'ignore', env: { ...process.env, PATH } }).status === 0;
}

function say(text) {
  process.stderr.write(`[set-up] ${text}\n`);
}
