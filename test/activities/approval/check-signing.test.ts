/** What the doctor says of signatures, by real ssh-keygen, and for whom. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { checkSigning } from '../../../activities/approval/check-signing.ts';
import { matchPrincipalsCommand } from '../../../activities/approval/commands.ts';
import { signingFindings } from '../../../activities/rollback/approvals.ts';
import { settings } from '../../support/approvals.ts';
import { SshKeys } from '../../support/ssh-keys.ts';

const keys = new SshKeys();
keys.make('anna');
const file = keys.file('signers', `anna@example.com namespaces="backout-decision" ${keys.public('anna')}`);
afterAll(() => keys.remove());

const PATH = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = PATH;
});

const ANNA = { id: 'anna', name: 'Anna Ax', aliases: [], principal: 'anna@example.com' };
const BEN = { id: 'ben', name: 'ben', aliases: [], principal: 'ben' };

test('all is well when everybody who must sign has a key', async () => {
  expect(await checkSigning({ allowedSignersFile: file }, [ANNA])).toEqual({
    name: 'signatures',
    ok: true,
    detail: `verified with ${file}`,
  });
});

test('who has no key is named: a warning while others have one, a problem when nobody has', async () => {
  const lacking = {
    name: 'signatures',
    ok: false,
    detail: `${file} has no key of ben, who can not answer without`,
    fix: 'Add their public keys: ben namespaces="backout-decision" ssh-ed25519 AAAA…',
  };
  expect(await checkSigning({ allowedSignersFile: file }, [ANNA, BEN])).toEqual({
    ...lacking,
    optional: true,
  });
  expect(await checkSigning({ allowedSignersFile: file }, [BEN])).toEqual(lacking);
});

test.each(['allowedSignersFile', 'revokedKeysFile'])(
  'a %s that is not there is a problem',
  async (setting) => {
    const signers = { allowedSignersFile: file, [setting]: '/nowhere/file' };
    expect(await checkSigning(signers, [ANNA])).toEqual({
      name: 'signatures',
      ok: false,
      detail: "/nowhere/file can't be read (ENOENT), so no signed answer counts",
      fix: 'Put the file there, on every worker, readable by the worker.',
    });
  },
);

test('a worker without ssh-keygen is a problem', async () => {
  process.env['PATH'] = '/nowhere';
  expect(await checkSigning({ allowedSignersFile: file }, [ANNA])).toMatchObject({
    ok: false,
    detail: expect.stringContaining('ssh-keygen'),
  });
});

test('it is looked at only where a rule demands signatures, and for those whom the rule names', async () => {
  const approvals = settings({
    rules: [
      {
        environments: ['production'],
        kinds: ['full'],
        restore: { from: ['anna', 'ben'], assurance: 'signed' },
      },
    ],
    people: { anna: { name: 'Anna Ax', principal: 'anna@example.com' }, ben: {}, gina: {} },
    signing: { allowedSignersFile: file },
  });
  const production = { environment: 'production', hasDatabase: true };
  expect(await signingFindings({ approvals: undefined }, production)).toEqual([]);
  expect(await signingFindings({ approvals }, { ...production, environment: 'staging' })).toEqual([]);
  expect(await signingFindings({ approvals }, { ...production, hasDatabase: false })).toEqual([]);
  expect(await signingFindings({ approvals }, production)).toMatchObject([
    { ok: false, optional: true, detail: `${file} has no key of ben, who can not answer without` },
  ]);
});

test('the command, word for word', () => {
  expect(matchPrincipalsCommand({ allowedSignersFile: '/etc/s' }, 'anna').join(' ')).toBe(
    'ssh-keygen -Y match-principals -f /etc/s -I anna',
  );
});
