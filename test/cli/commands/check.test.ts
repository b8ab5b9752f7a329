import { describe, expect, it } from 'vitest';
import { check } from '../../../src/cli/commands/check.ts';
import { newFolder, SMALL, writeConfig } from '../../config/support.ts';
import { fakeIo } from '../support/io.ts';

const BROKEN = SMALL.replace(
  'kind: nginx-blue-green',
  'kind: nginx-blue-green\n          hots: web-1',
).replace('site: /etc/nginx/listings', 'site: listings');
const SITE = 'services.listings.environments.production.target';

describe('backout check', () => {
  it('says that a good file is right, and that nothing was contacted', async () => {
    const path = writeConfig(SMALL);
    const io = fakeIo();
    expect(await check({ config: path }, io)).toBe(0);
    expect(io.printed.out).toBe(`✔ ${path} is right: 1 service, 1 environment, 0 hosts.

Nothing was contacted. \`backout doctor\` asks Temporal, the workers and the hosts.
`);
  });

  it('lists every problem with its place and what to do, and exits with 2', async () => {
    const path = writeConfig(BROKEN);
    const io = fakeIo();
    expect(await check({ config: path }, io)).toBe(2);
    expect(io.printed.out).toBe(`✖ ${path} has 2 problems:
  ${path}:8:11: ${SITE}.hots: there is no such setting; did you mean host?
  ${path}:9:17: ${SITE}.site: must be an absolute path

Nothing was contacted. Correct the file, then run \`backout check\` again.
`);
  });

  it('only warns of a host that nothing uses and of a secret that is not here', async () => {
    const path = writeConfig(
      `${SMALL}hosts: { web-9: { ssh: { address: web-9.example.net } } }\nslack: { incidents: { env: HOOK } }\n`,
    );
    const io = fakeIo();
    expect(await check({ config: path }, io)).toBe(0);
    expect(io.printed.out).toBe(`✔ ${path} is right: 1 service, 1 environment, 1 host.
! ${path}:22:10: hosts.web-9: no service uses this host
! ${path}:23:21: slack.incidents: the environment variable HOOK is not set here; set it where the worker is started

Nothing was contacted. \`backout doctor\` asks Temporal, the workers and the hosts.
`);

    const withSecret = fakeIo({ env: { HOOK: 'https://hooks.slack.example/1' } });
    await check({ config: path }, withSecret);
    expect(withSecret.printed.out).not.toContain('HOOK');
  });

  it('gives scripts the same as JSON', async () => {
    const path = writeConfig(BROKEN);
    const io = fakeIo();
    expect(await check({ config: path, json: true }, io)).toBe(2);
    expect(JSON.parse(io.printed.out)).toEqual({
      ok: false,
      file: path,
      problems: [
        {
          line: 8,
          column: 11,
          path: `${SITE}.hots`,
          message: 'there is no such setting; did you mean host?',
        },
        { line: 9, column: 17, path: `${SITE}.site`, message: 'must be an absolute path' },
      ],
      warnings: [],
      absentSecrets: [],
    });
  });

  it('says how to get a file where there is none', async () => {
    const config = `${newFolder()}/none.yaml`;
    await expect(check({ config }, fakeIo())).rejects.toThrow(
      `There is no configuration file ${config} (named by --config). Nothing was changed: traffic and data are as they were. ` +
        'Name it with `--config FILE`, or write one with `backout init`.',
    );
  });
});
