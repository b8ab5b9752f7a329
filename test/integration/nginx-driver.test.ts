/** The nginx driver on a real nginx: what it reads, changes and puts back, and what it refuses. */
import { chmod, chown, lstat, readFile, readlink, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { localHost, startSite, unguarded } from '../support/private-nginx.ts';
import type { Site } from '../support/private-nginx.ts';
import { until } from '../support/until.ts';

let site: Site;
beforeEach(async () => void (site = await startSite()));
afterEach(async () => await site.stop());

const answers = (colour: string) => until(`${colour} answers`, async () => (await site.ask()) === colour);
/** What is there once blue serves, instead of `original`. */
const shifted = () =>
  site.original.replace('blue.sock down;', 'blue.sock;').replace('green.sock;', 'green.sock down;');

async function refusal(promise: Promise<unknown>) {
  const error = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackoutFailure)) throw error;
  return { type: error.type, ...error.parts };
}

/** Everything that can be ready before the change, so that a test can come between. */
async function prepared(nginx = site.driver()) {
  const [file, dump] = [await nginx.read(), await nginx.dump()];
  const { text } = nginx.shifted(file, 'blue');
  return { nginx, change: { site: file, text, dump, guard: unguarded } };
}

const OWN_IT =
  'Let the user that Backout logs in as own the file and its folder, or set `sudo: true` for the host.';
const NOTHING_CHANGED = 'Nothing was changed: traffic and data are as they were.';
const PUT_BACK =
  'The old file was put back before nginx read the new one: traffic and data are as they were.';

describe('reading', () => {
  test('follows the link, keeps the bytes and tells who serves', async () => {
    expect(await site.driver().read()).toEqual({
      realPath: site.file,
      ownerAndMode: expect.stringMatching(/^\S+:\S+ 640$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      text: site.original,
      releases: { blue: 'down', green: 'active' },
      weights: {},
    });
  });

  test('a file that is not there is a mistake in the configuration', async () => {
    await unlink(site.link);
    expect(await refusal(site.driver().read())).toEqual({
      type: 'InvalidConfiguration',
      what: `There is no file ${site.link} on web-1, or it can't be reached by the user that Backout logs in as.`,
      changed: NOTHING_CHANGED,
      next: 'Correct `site` in the configuration.',
    });
  });

  test('a file that was broken before is refused with its line', async () => {
    await writeFile(site.file, site.original.replace('down;', 'down'), 'latin1');
    expect(await refusal(site.driver().read())).toEqual({
      type: 'SiteFileBroken',
      what: `${site.link} is not valid nginx configuration: line 3: a ";" is missing before the next "server".`,
      changed: NOTHING_CHANGED,
      next: 'Correct the file by hand (`nginx -t` shows the same error), then start again.',
    });
  });

  test('what only nginx finds wrong is refused with file and line, in its words', async () => {
    await writeFile(site.file, site.original.replace('down;', 'dwon;'), 'latin1');
    expect(await refusal(site.driver().dump())).toEqual({
      type: 'SiteFileBroken',
      what: `The nginx configuration on web-1 is broken already: [emerg] invalid parameter "dwon" in ${site.link}:3`,
      changed: NOTHING_CHANGED,
      next: `Correct it by hand until \`nginx -c ${site.settings.config} -t\` passes, then start again.`,
    });
  });

  test('a missing nginx is named as such', async () => {
    const nginx = site.driver({ nginx: { binary: '/opt/none/nginx' } });
    expect(await refusal(nginx.dump())).toMatchObject({
      type: 'ProgramMissing',
      changed: 'This command changed nothing.',
    });
  });

  test('a server whose name does not resolve is a broken file, not a missing nginx', async () => {
    await writeFile(site.neighbour, 'upstream other { server no-such-host.invalid; }\n');
    expect(await refusal(site.driver().dump())).toEqual({
      type: 'SiteFileBroken',
      what: `The nginx configuration on web-1 is broken already: [emerg] host not found in upstream "no-such-host.invalid" in ${site.neighbour}:1`,
      changed: NOTHING_CHANGED,
      next: `Correct it by hand until \`nginx -c ${site.settings.config} -t\` passes, then start again.`,
    });
  });
});

describe('applying', () => {
  test('moves the traffic; link, owner, mode, line ends and every other byte stay', async () => {
    if (process.getuid?.() === 0) await chown(site.file, 12345, 23456);
    const before = await stat(site.file);
    expect(await site.shift(site.driver(), 'blue')).toBe(true);
    await answers('blue');
    expect(await site.text()).toBe(shifted());
    expect((await lstat(site.link)).isSymbolicLink()).toBe(true);
    expect(await readlink(site.link)).toBe('../available/listings.conf');
    const { uid, gid, mode } = await stat(site.file);
    expect({ uid, gid, mode }).toEqual({ uid: before.uid, gid: before.gid, mode: before.mode });
    expect(await site.leftovers()).toEqual(['.listings.conf.backout-bak', '.listings.conf.backout-sum']);
    expect(await readFile(join(site.folder, 'available/.listings.conf.backout-bak'), 'latin1')).toBe(
      site.original,
    );
  });

  test('applied twice, the second time changes nothing and succeeds', async () => {
    const { nginx, change } = await prepared();
    expect(await nginx.apply(change)).toBe(true);
    const { ino, mtimeMs } = await stat(site.file);
    expect(await nginx.apply(change)).toBe(false);
    expect(await site.shift(nginx, 'blue')).toBe(false);
    expect(await stat(site.file)).toMatchObject({ ino, mtimeMs });
  });

  test('there and back again leaves the file as it was, but for its time', async () => {
    await site.shift(site.driver(), 'blue');
    await site.shift(site.driver(), 'green');
    await answers('green');
    expect(await site.text()).toBe(site.original);
  });

  test('a file of another name, reached without the include, is tested where it lies', async () => {
    expect(await site.shift(site.driver({ site: site.file }), 'blue')).toBe(true);
    await answers('blue');
  });

  test('a result that nginx refuses never becomes the live file', async () => {
    const { nginx, change } = await prepared();
    const text = change.text.replace('proxy_pass', 'proxy_pas');
    expect(await refusal(nginx.apply({ ...change, text }))).toEqual({
      type: 'SiteFileBroken',
      what: expect.stringMatching(
        /^The changed \S+ does not pass nginx's test on web-1\. nginx says: \[emerg\] unknown directive "proxy_pas" in \S+\.backout-test\.conf:\d+$/,
      ),
      changed: NOTHING_CHANGED,
      next: 'Change the file by hand, then decide `skip`.',
    });
    expect(await site.text()).toBe(site.original);
    expect(await site.leftovers()).toEqual([]);
  });

  test('where it can be tested only in place, a refused result is put back before nginx reads it', async () => {
    const { nginx, change } = await prepared(site.driver({ site: site.file }));
    const text = change.text.replace('proxy_pass', 'proxy_pas');
    expect(await refusal(nginx.apply({ ...change, text }))).toEqual({
      type: 'SiteFileBroken',
      what: `The changed ${site.file} does not pass nginx's test on web-1. nginx says: [emerg] unknown directive "proxy_pas" in ${site.link}:6`,
      changed: PUT_BACK,
      next: 'Change the file by hand, then decide `skip`.',
    });
    expect(await site.text()).toBe(site.original);
    expect(await site.ask()).toBe('green');
  });

  test('a neighbour that broke in between leaves the old file, and is named', async () => {
    const { nginx, change } = await prepared();
    await writeFile(site.neighbour, 'server { lisen 1; }\n');
    expect(await refusal(nginx.apply(change))).toEqual({
      type: 'SiteFileBroken',
      what: `The nginx configuration on web-1 does not pass its test, with or without the change to ${site.link}. nginx says: [emerg] unknown directive "lisen" in ${site.neighbour}:1`,
      changed: PUT_BACK,
      next: 'Correct what nginx names by hand, then decide `retry`.',
    });
    expect(await site.text()).toBe(site.original);
    expect(await site.ask()).toBe('green');
    expect(await site.leftovers()).toEqual(['.listings.conf.backout-bak', '.listings.conf.backout-sum']);
  });

  test('a neighbour that broke after the file was written by an earlier try is named, and nothing touched', async () => {
    const { nginx, change } = await prepared();
    await nginx.apply(change);
    await writeFile(site.neighbour, 'server { lisen 1; }\n');
    expect(await refusal(nginx.apply(change))).toEqual({
      type: 'SiteFileBroken',
      what: `The nginx configuration on web-1 does not pass its test. nginx says: [emerg] unknown directive "lisen" in ${site.neighbour}:1`,
      changed: `This try changed nothing: ${site.link} has the wanted content already, and nginx works on as it did.`,
      next: 'Correct it by hand, then decide `retry`.',
    });
    expect(await site.text()).toBe(shifted());
  });

  test('a file that somebody changed after it was read is left alone', async () => {
    const { nginx, change } = await prepared();
    await writeFile(site.file, `${site.original}# by hand\n`, 'latin1');
    expect(await refusal(nginx.apply(change))).toEqual({
      type: 'SiteFileChanged',
      what: `${site.link} on web-1 was changed by somebody else in this moment.`,
      changed: NOTHING_CHANGED,
      next: 'It is read again and tried anew.',
    });
    expect(await site.text()).toBe(`${site.original}# by hand\n`);
    expect(await site.leftovers()).toEqual([]);
    expect(await site.shift(nginx, 'blue')).toBe(true);
  });

  test('a file that was deleted after it was read is not made anew', async () => {
    const { nginx, change } = await prepared();
    await rename(site.file, `${site.file}.away`);
    expect(await refusal(nginx.apply(change))).toMatchObject({
      type: 'InvalidConfiguration',
      changed: NOTHING_CHANGED,
    });
    expect(await site.leftovers()).toEqual(['listings.conf.away']);
  });

  test('a reload that fails is said, and the next try gets it done', async () => {
    const failing = await prepared(
      site.driver({ nginx: { reload: ['sh', '-c', 'echo no such unit >&2; exit 5'] } }),
    );
    expect(await refusal(failing.nginx.apply(failing.change))).toEqual({
      type: 'CommandFailed',
      what: 'nginx on web-1 could not be told to read its configuration. The reload command says: no such unit',
      changed:
        'The site file on disk is the new one, but nginx still works by the old one: traffic was not changed.',
      next: 'See that nginx runs and that we may reload it. Backout tries again by itself.',
    });
    expect(await site.ask()).toBe('green');
    expect(await site.shift(site.driver(), 'blue')).toBe(false);
    await answers('blue');
  });
});

describe('putting back', () => {
  test('restores every byte and the traffic, and removes the copy', async () => {
    const { nginx, change } = await prepared();
    await nginx.apply(change);
    await answers('blue');
    expect(await nginx.putBack(change.site, unguarded)).toBe(true);
    await answers('green');
    expect(await site.text()).toBe(site.original);
    expect((await stat(site.file)).mode & 0o777).toBe(0o640);
    expect(await site.leftovers()).toEqual([]);
    expect(await nginx.putBack(change.site, unguarded)).toBe(false);
  });

  test('never overwrites what somebody wrote after us', async () => {
    const { nginx, change } = await prepared();
    await nginx.apply(change);
    await writeFile(site.file, `${shifted()}# by hand\n`, 'latin1');
    expect(await refusal(nginx.putBack(change.site, unguarded))).toEqual({
      type: 'SiteFileChanged',
      what: `${site.link} on web-1 was changed by somebody else after Backout wrote it.`,
      changed: 'It was left as it is now, and the old file was not put back.',
      next: 'Compare it with its old content, which lies beside it as .NAME.backout-bak, and edit it by hand.',
    });
    expect(await site.text()).toBe(`${shifted()}# by hand\n`);
  });

  test('a broken neighbour keeps nginx from reading the old file, and is named', async () => {
    const { nginx, change } = await prepared();
    await nginx.apply(change);
    await writeFile(site.neighbour, 'server { lisen 1; }\n');
    expect(await refusal(nginx.putBack(change.site, unguarded))).toEqual({
      type: 'SiteFileBroken',
      what: `The nginx configuration on web-1 does not pass its test, with the old ${site.link} put back. nginx says: [emerg] unknown directive "lisen" in ${site.neighbour}:1`,
      changed:
        'The old site file is back on disk, but nginx still works by the new one: traffic goes where the new one says.',
      next: 'Correct what nginx names by hand, then reload nginx.',
    });
    expect(await site.text()).toBe(site.original);
  });

  test('a reload that fails is said, and the next try gets it done', async () => {
    const { nginx, change } = await prepared();
    await nginx.apply(change);
    await answers('blue');
    const failing = site.driver({ nginx: { reload: ['false'] } });
    expect(await refusal(failing.putBack(change.site, unguarded))).toEqual({
      type: 'CommandFailed',
      what: 'nginx on web-1 could not be told to read its configuration.',
      changed:
        'The old site file is back on disk, but nginx still works by the new one: traffic goes where the new one says.',
      next: 'See that nginx runs and that we may reload it, then reload it by hand.',
    });
    expect(await nginx.putBack(change.site, unguarded)).toBe(true);
    await answers('green');
  });
});

// As root, permissions mean nothing: there the commands are run by somebody without rights.
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const unprivileged: Host = {
  ...localHost,
  run: (argv, options) => localHost.run(process.getuid?.() === 0 ? [...NOBODY, ...argv] : argv, options),
};

describe('without permission', () => {
  test('a site file that can not be read is refused', async () => {
    await chmod(site.file, process.getuid?.() === 0 ? 0o640 : 0o000);
    expect(await refusal(site.driver({ host: unprivileged }).read())).toEqual({
      type: 'PermissionDenied',
      what: `${site.link} on web-1 can't be read.`,
      changed: NOTHING_CHANGED,
      next: OWN_IT,
    });
  });

  test('a folder that can not be written to leaves the file, and the way out is named', async () => {
    const { change } = await prepared();
    await chmod(site.file, 0o644);
    await chmod(join(site.folder, 'available'), 0o555);
    const refused = await refusal(site.driver({ host: unprivileged }).apply(change));
    await chmod(join(site.folder, 'available'), 0o755);
    expect(refused).toEqual({
      type: 'PermissionDenied',
      what: expect.stringMatching(
        /^\S+ on web-1 can't be replaced with the same owner and mode\. The host says: .*[Pp]ermission denied.*$/,
      ),
      changed: NOTHING_CHANGED,
      next: `${OWN_IT} See that the disk is not full.`,
    });
    expect(await site.text()).toBe(site.original);
    expect(await site.leftovers()).toEqual([]);
  });
});

describe('looking for permissions', () => {
  const isRoot = process.getuid?.() === 0;
  const dumpWith = (pidFile: string) => new Map([['/etc/nginx/nginx.conf', `pid ${pidFile};`]]);

  test('finds nothing in the way of who may do it all, and changes nothing', async () => {
    const nginx = site.driver();
    await nginx.requireReplaceable(await nginx.read());
    const pid = (await readFile(join(site.folder, 'nginx.pid'), 'utf8')).trim();
    expect(await nginx.requireReloadable(await nginx.dump())).toBe(
      `its master process ${pid} (${site.folder}/nginx.pid) can be signalled`,
    );
    expect(await site.leftovers()).toEqual([]);
    expect(await site.text()).toBe(site.original);
  });

  test('finds a folder that can not be written', async () => {
    const file = await site.driver().read();
    await chmod(join(site.folder, 'available'), 0o555);
    const refused = await refusal(site.driver({ host: unprivileged }).requireReplaceable(file));
    await chmod(join(site.folder, 'available'), 0o755);
    expect(refused).toEqual({
      type: 'PermissionDenied',
      what: expect.stringMatching(
        /^The folder of \S+\/available\/listings\.conf on web-1 can't be written by \w+, the user that Backout logs in as: a changed site file could not be put there\.$/,
      ),
      changed: NOTHING_CHANGED,
      next: OWN_IT,
    });
  });

  test.runIf(isRoot)(
    'finds that a file of another user, or of a group of others, can not be given away',
    async () => {
      await chmod(join(site.folder, 'available'), 0o777);
      const nginx = site.driver({ host: unprivileged });
      const file = await site.driver().read();
      expect(await refusal(nginx.requireReplaceable(file))).toEqual({
        type: 'PermissionDenied',
        what: `${site.file} on web-1 is root:root 640, and nobody, the user that Backout logs in as, can't make a new file of that owner and group.`,
        changed: NOTHING_CHANGED,
        next: OWN_IT,
      });
      await chown(site.file, 65534, 0);
      expect((await refusal(nginx.requireReplaceable(file))).type).toBe('PermissionDenied');
      await chown(site.file, 65534, 65534);
      await nginx.requireReplaceable(file);
    },
  );

  test.runIf(isRoot)('finds that the master process is of another user', async () => {
    const nginx = site.driver({ host: unprivileged });
    const pid = (await readFile(join(site.folder, 'nginx.pid'), 'utf8')).trim();
    expect(await refusal(nginx.requireReloadable(await site.driver().dump()))).toEqual({
      type: 'PermissionDenied',
      what: `nginx on web-1 could not be reloaded: its master process ${pid} belongs to another user than nobody, whom Backout logs in as.`,
      changed: NOTHING_CHANGED,
      next: 'Set `sudo: true` for the host, or a `nginx.reload` command that this user may run.',
    });
  });

  test('finds that nginx does not run where its configuration says', async () => {
    expect(await refusal(site.driver().requireReloadable(dumpWith('/none/nginx.pid')))).toEqual({
      type: 'CommandFailed',
      what: expect.stringMatching(
        /^nginx on web-1 could not be reloaded: \/none\/nginx\.pid names no process that runs, or can't be read by \w+\.$/,
      ),
      changed: NOTHING_CHANGED,
      next: 'See that nginx runs, and that `nginx.config` and `nginx.prefix` are those that it was started with. Or set `nginx.reload`.',
    });
  });

  test('takes a relative place of the pid file from the prefix', async () => {
    const nginx = site.driver({ nginx: { prefix: site.folder } });
    expect(await nginx.requireReloadable(dumpWith('nginx.pid'))).toContain(`(${site.folder}/nginx.pid)`);
  });

  test('does not try a reload command of yours', async () => {
    const nginx = site.driver({ nginx: { reload: ['false'] } });
    expect(await nginx.requireReloadable(await nginx.dump())).toBe(
      'by `false`: not tried, that would reload nginx',
    );
  });
});

test('without room to write, the live file stays whole and nothing is left behind', async () => {
  const { change } = await prepared();
  const full: Host = {
    ...localHost,
    run: (argv, options) => localHost.run(['prlimit', '--fsize=16', '--', ...argv], options),
  };
  expect(await refusal(site.driver({ host: full }).apply(change))).toMatchObject({
    type: 'PermissionDenied',
    what: expect.stringContaining(`${site.link} on web-1 can't be replaced with the same owner and mode.`),
    changed: NOTHING_CHANGED,
    next: `${OWN_IT} See that the disk is not full.`,
  });
  expect(await site.text()).toBe(site.original);
  expect(await site.leftovers()).toEqual([]);
});
