/** A private nginx in front of two colours that are part of it, and our driver for its site file. */
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalHost } from '../../activities/commands/local.ts';
import type { Host } from '../../activities/commands/host.ts';
import type { NginxSettings } from '../../activities/nginx/commands.ts';
import { createNginx } from '../../activities/nginx/driver.ts';
import type { Nginx } from '../../activities/nginx/driver.ts';
import type { SiteSettings } from '../../activities/nginx/upstream.ts';
import type { Guard } from '../../activities/lock/lock.ts';
import { PATH_WITH_SBIN, startNginx } from '../../scripts/demo/nginx.ts';
import { freePort } from '../../src/embedded/ports.ts';
import { until } from './until.ts';

process.env['PATH'] = PATH_WITH_SBIN;

/** No lock: what it does is tested elsewhere. */
export const unguarded: Guard = (argv) => [...argv];

export type Site = {
  folder: string;
  /** What the settings name: a symlink among the files that nginx includes. */
  link: string;
  /** The file itself, in a folder of its own. */
  file: string;
  /** The file as it was in the beginning. */
  original: string;
  settings: NginxSettings;
  /** Another site file, read by the same nginx. */
  neighbour: string;
  /** Everything beside the site file and beside nginx.conf that is not there in the beginning. */
  leftovers(): Promise<string[]>;
  text(): Promise<string>;
  /** The body of an answer through nginx, on a new connection. */
  ask(): Promise<string>;
  driver(options?: { host?: Host; nginx?: Partial<NginxSettings>; site?: string }): Nginx;
  /** Read, shift, dump, apply. */
  shift(nginx: Nginx, to: string): Promise<boolean>;
  stop(): Promise<void>;
};

export const localHost = createLocalHost('web-1', { sudo: false });

/** Green serves. The site file has Windows line ends, a Latin-1 comment and the mode 640. */
export async function startSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'backout-nginx-'));
  const [front, available] = [await freePort(), join(folder, 'available')];
  const [link, file] = [join(folder, 'sites', 'listings.conf'), join(available, 'listings.conf')];
  const original = siteText(folder, front);
  await Promise.all([mkdir(available), mkdir(join(folder, 'sites'))]);
  await chmod(folder, 0o755);
  await writeFile(file, original, 'latin1');
  await chmod(file, 0o640);
  await symlink('../available/listings.conf', link);
  const server = await startNginx(folder, { 'neighbour.conf': colours(folder) });
  const before = new Set(await filesOf(folder, available));
  const settings: NginxSettings = { binary: 'nginx', config: server.config };
  const siteSettings = (site: string): SiteSettings => ({
    site,
    upstream: 'listings',
    releases: releases(folder),
  });
  return {
    folder,
    link,
    file,
    original,
    settings,
    neighbour: join(folder, 'sites', 'neighbour.conf'),
    leftovers: async () => (await filesOf(folder, available)).filter((name) => !before.has(name)).sort(),
    text: async () => await readFile(file, 'latin1'),
    ask: async () => {
      const answer = await fetch(`http://127.0.0.1:${front}/`, { headers: { connection: 'close' } });
      return await answer.text();
    },
    driver: ({ host = localHost, nginx = {}, site = link } = {}) =>
      createNginx(host, { ...settings, ...nginx }, siteSettings(site)),
    shift: async (nginx, to) => {
      const [site, dump] = [await nginx.read(), await nginx.dump()];
      return await nginx.apply({ site, text: nginx.shifted(site, to).text, dump, guard: unguarded });
    },
    stop: async () => {
      // Not by `nginx -s stop`: that fails where a test has broken the configuration.
      process.kill(await server.pid(), 'SIGTERM');
      await until('nginx has ended', async () => !(await isThere(join(folder, 'nginx.pid'))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

const releases = (folder: string) => ({
  blue: { servers: [`unix:${folder}/blue.sock`], weightHeader: 'X-Blue-Weight' },
  green: { servers: [`unix:${folder}/green.sock`], weightHeader: 'X-Green-Weight' },
});

const siteText = (folder: string, front: number) =>
  [
    '# Gepflegt von J\xfcrgen',
    'upstream listings {',
    `    server unix:${folder}/blue.sock down;`,
    `    server unix:${folder}/green.sock;`,
    '}',
    `server { listen 127.0.0.1:${front}; location / { proxy_pass http://listings; } }`,
    '',
  ].join('\r\n');

const colours = (folder: string) =>
  ['blue', 'green']
    .map((colour) => `server { listen unix:${folder}/${colour}.sock; return 200 ${colour}; }\n`)
    .join('');

async function filesOf(folder: string, available: string): Promise<string[]> {
  const [main, site] = [await readdir(folder), await readdir(available)];
  const own = new Set(['access.log', 'error.log', 'nginx.pid', 'temp']);
  return [...main.filter((name) => !own.has(name)), ...site];
}
