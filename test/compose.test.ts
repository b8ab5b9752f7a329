/** The durable set-up: what must hold of docker-compose.yml, its Dockerfile and its examples. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFAULTS } from '../src/config/temporal.ts';
import { configTemplate } from '../src/config/template.ts';

type Service = {
  image: string;
  build?: string;
  restart: string;
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  command?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  stop_grace_period?: string;
};
type Compose = {
  services: Record<string, Service>;
  volumes: Record<string, null>;
  secrets: Record<string, { file: string }>;
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const TEXT = read('docker-compose.yml');
const { services, volumes, secrets } = parse(TEXT, { merge: true }) as Compose;
const ALL = Object.entries(services);
const service = (name: string): Service => services[name] ?? expect.fail(`there is no service ${name}`);
const EXAMPLE = read('.env.example');

const ONCE = ['temporal-schema', 'temporal-namespace'];

describe('docker-compose.yml', () => {
  test('has the services of the durable set-up', () => {
    expect(Object.keys(services)).toEqual([
      'postgres',
      'temporal-schema',
      'temporal',
      'temporal-namespace',
      'ui',
      'worker',
    ]);
  });

  test.each(ALL)('pins %s to an exact version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  test('runs the tools of the very version of the server', () => {
    const version = (name: string) => service(name).image.split(':')[1];
    expect(version('temporal-schema')).toBe(version('temporal'));
    expect(version('temporal-namespace')).toBe(version('temporal'));
  });

  test('gives the worker the version of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(service('worker').image).toBe(`backout:${version}`);
  });

  test('publishes Temporal and its UI on loopback only, and nothing else', () => {
    expect(ALL.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]))).toEqual([
      ['temporal', '127.0.0.1:7233:7233'],
      ['ui', '127.0.0.1:8080:8080'],
    ]);
  });

  test('starts each service when what it needs is ready, and can tell when that is', () => {
    for (const [name, { depends_on: needs = {} }] of ALL) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const expected = ONCE.includes(needed) ? 'service_completed_successfully' : 'service_healthy';
        expect(`${name}: ${needed} ${condition}`).toBe(`${name}: ${needed} ${expected}`);
        if (condition === 'service_healthy') expect(service(needed).healthcheck?.test[0]).toBe('CMD');
      }
    }
  });

  test('starts everything again after a reboot, but not what runs once', () => {
    for (const [name, { restart }] of ALL) {
      expect(`${name}: ${restart}`).toBe(`${name}: ${ONCE.includes(name) ? 'no' : 'unless-stopped'}`);
    }
  });

  test('holds no secret, and refuses to start without the password', () => {
    for (const [name, { environment = {} }] of ALL) {
      for (const [key, value] of Object.entries(environment)) {
        if (!/PASSWORD|PWD|WEBHOOK|TOKEN|KEY/.test(key)) continue;
        expect(`${name} ${key}=${value}`).toMatch(/=\$\{[A-Z_]+(:\?.+|:-)\}$/);
      }
    }
    expect(service('postgres').environment?.['POSTGRES_PASSWORD']).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    expect(secrets['ssh-key']?.file).toMatch(/^\$\{BACKOUT_SSH_KEY:\?/);
  });

  test('keeps histories and incidents in volumes', () => {
    expect(Object.keys(volumes)).toEqual(['postgres', 'incidents']);
    expect(service('postgres').volumes).toContain('postgres:/var/lib/postgresql/data');
    expect(service('worker').volumes).toContain('incidents:/etc/backout/incidents');
  });

  test('mounts what the worker only reads so that it only reads it', () => {
    const mounts = service('worker').volumes ?? [];
    expect(
      mounts.filter((mount) => !mount.startsWith('incidents:')).every((mount) => mount.endsWith(':ro')),
    ).toBe(true);
    expect(service('worker').read_only).toBe(true);
  });

  test('puts the configuration where the worker looks, with the incidents that `backout init` names', () => {
    expect(service('worker').volumes?.[0]).toMatch(/:\/etc\/backout\/backout\.yaml:ro$/);
    const written = parse(configTemplate('x')) as {
      incidents: { directory: string };
      worker: { healthAddress: string };
      temporal: { taskQueue: string };
    };
    expect(written.incidents.directory).toBe('./incidents');
    expect(service('worker').healthcheck?.test.at(-1)).toBe(`http://${written.worker.healthAddress}/readyz`);
  });

  test('makes the namespace that Backout uses unless told otherwise', () => {
    expect(service('temporal-namespace').environment?.['TEMPORAL_NAMESPACE']).toBe(DEFAULTS.namespace);
    expect(service('temporal').ports?.[0]).toBe(`${DEFAULTS.address}:7233`);
  });

  test.each(ONCE)('has a script that a shell can read in %s', (name) => {
    const script = service(name).command?.[0]?.replaceAll('$$', '$') ?? '';
    expect(script).not.toBe('');
    // A single $ would be filled in by compose, with nothing.
    expect(service(name).command?.[0]?.replaceAll('$$', '')).not.toContain('$');
    expect(spawnSync('sh', ['-n', '-c', script], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  test('mounts files that are there', () => {
    const files = ALL.flatMap(([, { volumes: mounts = [] }]) =>
      mounts.filter((mount) => mount.startsWith('./')),
    );
    expect(files).toEqual(['./compose/dynamic-config.yaml:/etc/temporal/dynamic-config.yaml:ro']);
    expect(existsSync(join(ROOT, 'compose/dynamic-config.yaml'))).toBe(true);
  });
});

test('.env.example names every variable of docker-compose.yml, and gives no secret away', () => {
  const used = new Set([...TEXT.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name]) => name));
  const named = [...EXAMPLE.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => ({ name, value }));
  expect(named.map(({ name }) => name).sort()).toEqual([...used].sort());
  expect(named.filter(({ value }) => value !== '')).toEqual([]);
});

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');

  test('pins its base, the same for building and running', () => {
    const bases = lines.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  });

  test('runs as a user without rights', () => {
    expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER node');
  });

  test('copies only what is there and what .dockerignore lets through', () => {
    const ignore = read('.dockerignore').split('\n');
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(ignore.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : [])).sort()).toEqual(
      copied.sort(),
    );
  });
});

// Only where there is Docker Compose: it is no part of what a checkout needs, and it only reads what is proved above.
if (spawnSync('docker', ['compose', 'version']).status === 0) {
  describe('docker compose config', () => {
    const config = (env: string) => {
      const directory = mkdtempSync(join(tmpdir(), 'backout-compose-'));
      try {
        writeFileSync(join(directory, 'env'), env);
        const args = ['compose', '--env-file', join(directory, 'env'), 'config', '--quiet'];
        return spawnSync('docker', args, {
          cwd: ROOT,
          encoding: 'utf8',
          env: { ...process.env, POSTGRES_PASSWORD: undefined },
        });
      } finally {
        rmSync(directory, { recursive: true });
      }
    };
    const GIVEN = 'BACKOUT_SSH_KEY=/tmp/key\nBACKOUT_KNOWN_HOSTS=/tmp/known_hosts\n';

    test('accepts the file', () => {
      expect(config(`${GIVEN}POSTGRES_PASSWORD=x`)).toMatchObject({ status: 0, stderr: '' });
    });

    test('refuses it without a password, and says where to write one', () => {
      const { status, stderr } = config(GIVEN);
      expect(status).not.toBe(0);
      expect(stderr).toContain('write one into .env, see .env.example');
    });
  });
}
