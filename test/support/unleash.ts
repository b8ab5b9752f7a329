/** A private Unleash server on a private PostgreSQL, with its admin API. Put into the cache by scripts/parts.mjs. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheFolder } from '../../src/embedded/find-temporal.ts';
import { freePort } from '../../src/embedded/ports.ts';
import { startPostgres } from './postgres.ts';

const MAIN = fileURLToPath(new URL('unleash-main.mjs', import.meta.url));
const VERSION = '7.5.1';

export type Unleash = {
  url: string;
  /** Of its admin API. */
  token: string;
  /** Makes a feature that is on in production. */
  makeFeature(name: string): Promise<void>;
  isOn(name: string): Promise<boolean>;
  turn(name: string, on: boolean): Promise<void>;
  /** How often the feature was switched, by Unleash's own events. */
  switches(name: string): Promise<string[]>;
  stop(): Promise<void>;
};

export async function startUnleash(): Promise<Unleash> {
  const module = join(
    cacheFolder(),
    `unleash-${VERSION}`,
    'node_modules/unleash-server/dist/lib/server-impl.js',
  );
  if (!existsSync(module)) throw new Error(`${module} is missing: run \`npm run setup\``);
  const postgres = await startPostgres();
  await postgres.sql('CREATE DATABASE unleash');
  const port = await freePort();
  const token = '*:*.7a1f2b3c4d5e6f708192a3b4c5d6e7f8';
  const database = {
    host: postgres.socketFolder,
    port: postgres.port,
    user: 'postgres',
    password: '',
    database: 'unleash',
  };
  const options = { module: pathToFileURL(module).href, database, port, token };
  const child = spawn(process.execPath, [MAIN, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await ready(child);
  const url = `http://127.0.0.1:${port}`;
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/api/admin${path}`, {
      method,
      headers: { authorization: token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const environment = (name: string) => `/projects/default/features/${name}/environments/production`;
  return {
    url,
    token,
    makeFeature: async (name) => {
      await ask('POST', '/projects/default/features', { name, type: 'release' });
      await ask('POST', `${environment(name)}/strategies`, {
        name: 'default',
        constraints: [],
        parameters: {},
      });
      await ask('POST', `${environment(name)}/on`, {});
    },
    isOn: async (name) => ((await ask('GET', environment(name))) as { enabled: boolean }).enabled,
    turn: async (name, on) => void (await ask('POST', `${environment(name)}/${on ? 'on' : 'off'}`, {})),
    switches: async (name) => {
      const { events } = (await ask('GET', `/events/${name}`)) as { events: { type: string }[] };
      return events
        .map(({ type }) => type)
        .filter((type) => /environment-(enabled|disabled)$/.test(type))
        .reverse();
    },
    stop: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await postgres.stop();
    },
  };
}

/** Throws with its last words when it ends before. */
async function ready({ stdout, stderr, ...child }: ChildProcess): Promise<void> {
  let said = '';
  stderr?.on('data', (piece: Buffer) => (said = `${said}${piece.toString()}`.slice(-4000)));
  if (stdout === null) throw new Error('its output is not read');
  for await (const line of createInterface({ input: stdout })) {
    if (line === 'ready') return;
    said = `${said}${line}\n`.slice(-4000);
  }
  throw new Error(`Unleash ended (${String(child.exitCode)}): ${said}`);
}
