/** Real signatures by real ssh-keygen: whose count, and what is said of all others. */
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { findPrincipalsCommand, verifyCommand } from '../../../activities/approval/commands.ts';
import { verifySignature } from '../../../activities/approval/verify-signature.ts';
import type { SignatureQuestion } from '../../../activities/approval/verify-signature.ts';
import { challengeText, makeChallenge, signedContent } from '../../../src/domain/approval/challenge.ts';
import type { Challenge } from '../../../src/domain/approval/challenge.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { PLAN, RUN, message, minute } from '../../support/approvals.ts';
import { SshKeys } from '../../support/ssh-keys.ts';

const keys = new SshKeys();
for (const name of ['anna', 'ben', 'stranger']) keys.make(name);
const OURS = 'namespaces="backout-decision"';
const SIGNERS = keys.file(
  'allowed-signers',
  '# who may decide',
  `anna@example.com ${OURS} ${keys.public('anna')}`,
  `ben ${OURS} ${keys.public('ben')}`,
);
afterAll(() => keys.remove());

const NONCE = '0123456789abcdef0123456789abcdef';
const CHALLENGE = makeChallenge(
  { decision: 'approve', by: 'anna', workflowId: 'w', runId: RUN, planHash: PLAN },
  { nonce: NONCE, at: minute(0) },
);

type Change = {
  signature?: string;
  /** What is sent, where it is not what was signed. */
  sent?: Challenge;
  principal?: string;
  nonces?: string[];
} & Partial<SignatureQuestion['signers']>;

function question(change: Change = {}): SignatureQuestion {
  const { sent = CHALLENGE, principal = 'anna@example.com', nonces = [], ...signers } = change;
  const signature = change.signature ?? keys.sign('anna', challengeText(CHALLENGE));
  delete (signers as Change).signature;
  return {
    expected: {
      message: message('approve', signedContent(sent, signature)),
      workflowId: 'w',
      runId: RUN,
      at: minute(1),
      nonces,
    },
    principal,
    signers: { allowedSignersFile: SIGNERS, ...signers },
  };
}

const signersFile = (line: string) => keys.file(`signers-${Math.random()}`, line);

test('a signature by the person whom the message names is proof, with the key that made it', async () => {
  expect(await verifySignature(question())).toEqual({
    verified: true,
    proof: { assurance: 'signed', nonce: NONCE, fingerprint: expect.stringMatching(/^SHA256:[\w+/]{43}$/) },
  });
});

test('lines of others that make no sense do not keep a good key from counting', async () => {
  const allowedSignersFile = keys.file(
    'half-broken',
    'ben ssh-ed25519 nonsense',
    `anna@example.com ${keys.public('anna')}`,
  );
  expect(await verifySignature(question({ allowedSignersFile }))).toMatchObject({ verified: true });
});

const expired = `anna@example.com valid-before="20200101" ${keys.public('anna')}`;
const future = `anna@example.com valid-after="20990101" ${keys.public('anna')}`;
const forGit = `anna@example.com namespaces="git" ${keys.public('anna')}`;
const text = challengeText(CHALLENGE);

test.each<[string, () => Change, string, string]>([
  [
    'a key that nobody knows',
    () => ({ signature: keys.sign('stranger', text) }),
    'unknown-signer',
    `no line of ${SIGNERS} has the key that signed it`,
  ],
  [
    'somebody else’s key',
    () => ({ signature: keys.sign('ben', text) }),
    'unknown-signer',
    'it was signed with a key of ben, not of anna@example.com',
  ],
  [
    'a person who is not in the file',
    () => ({ principal: 'zoe' }),
    'unknown-signer',
    'it was signed with a key of anna@example.com, not of zoe',
  ],
  [
    'a signature for git',
    () => ({ signature: keys.sign('anna', text, 'git') }),
    'wrong-namespace',
    'the signature was made for something else, not for decisions in Backout',
  ],
  [
    'a text that was changed after it was signed',
    () => ({ sent: { ...CHALLENGE, plan: '000000000000' } }),
    'tampered',
    'the signature is not of this text: one of the two was changed',
  ],
  [
    'a key past valid-before',
    () => ({ allowedSignersFile: signersFile(expired) }),
    'key-expired',
    'the key has expired',
  ],
  [
    'a key before valid-after',
    () => ({ allowedSignersFile: signersFile(future) }),
    'key-not-yet-valid',
    'the key is not valid yet',
  ],
  [
    'a key for git alone',
    () => ({ allowedSignersFile: signersFile(forGit) }),
    'key-not-for-decisions',
    'the key may sign other things, but not decisions',
  ],
  ['no signature at all', () => ({ signature: 'LGTM' }), 'not-a-signature', 'it is no SSH signature'],
  [
    'half a signature',
    () => ({ signature: keys.sign('anna', text).slice(0, 120) }),
    'not-a-signature',
    'it is no SSH signature',
  ],
  ['an empty signature', () => ({ signature: '' }), 'not-a-signature', 'it is no SSH signature'],
  [
    'a nonce that was used before',
    () => ({ nonces: [NONCE] }),
    'challenge',
    'this signature has been used already: sign again',
  ],
])('%s is refused, with the reason', async (_, change, problem, why) => {
  expect(await verifySignature(question(change()))).toEqual({ verified: false, problem, why });
});

test('a revoked key counts no more, and others still do', async () => {
  const revoked = keys.file('revoked', keys.public('anna'));
  expect(await verifySignature(question({ revokedKeysFile: revoked }))).toEqual({
    verified: false,
    problem: 'key-revoked',
    why: `the key is revoked in ${revoked}, or that is no list of keys`,
  });
  const other = keys.file('revoked-other', keys.public('ben'));
  expect(await verifySignature(question({ revokedKeysFile: other }))).toMatchObject({ verified: true });
});

describe('when it can not be verified at all', () => {
  const failure = async (change: Change): Promise<BackoutFailure> => {
    const error: unknown = await verifySignature(question(change)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BackoutFailure);
    return error as BackoutFailure;
  };

  test('a missing file of signers is the worker’s fault, not the signer’s', async () => {
    const { type, message: said } = await failure({ allowedSignersFile: '/nowhere/signers' });
    expect(type).toBe('InvalidConfiguration');
    expect(said).toBe(
      "Signatures can't be verified: /nowhere/signers can't be read (ENOENT). " +
        'The decision was not taken; traffic and data were not changed by this. ' +
        'Put the file there, readable by the worker, then sign again.',
    );
  });

  test('so is a missing file of revoked keys: without it, nothing counts', async () => {
    expect((await failure({ revokedKeysFile: '/nowhere/revoked' })).type).toBe('InvalidConfiguration');
  });

  test('and a file that is a folder', async () => {
    const { type, message: said } = await failure({ allowedSignersFile: keys.folder });
    expect(type).toBe('InvalidConfiguration');
    expect(said).toContain(`${keys.folder} can't be read (EISDIR).`);
  });
});

describe('when ssh-keygen itself is the trouble', () => {
  const path = process.env['PATH'];
  afterEach(() => (process.env['PATH'] = path));

  test('one that is too old is not taken for a No', async () => {
    writeFileSync(join(keys.folder, 'ssh-keygen'), '#!/bin/sh\necho "unknown option -- Y" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const asked = question();
    process.env['PATH'] = `${keys.folder}:${path}`;
    await expect(verifySignature(asked)).rejects.toThrow(
      'ssh-keygen could not verify a signature: unknown option -- Y. ' +
        'The decision was not taken; traffic and data were not changed by this. ' +
        'See whether `ssh-keygen -Y verify` works on the worker (OpenSSH 8.2 or newer).',
    );
  });

  test('one that is missing is named', async () => {
    const asked = question();
    process.env['PATH'] = '/nowhere';
    await expect(verifySignature(asked)).rejects.toMatchObject({ type: 'ProgramMissing' });
  });
});

test('it leaves nothing behind, whatever the answer was', async () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('backout-signature-'));
  const before = left();
  await verifySignature(question());
  await verifySignature(question({ signature: 'LGTM' }));
  const cancelled = new AbortController();
  cancelled.abort(new Error('cancelled'));
  await expect(verifySignature(question(), { signal: cancelled.signal })).rejects.toThrow('cancelled');
  expect(left()).toEqual(before);
});

test('the commands, word for word', () => {
  const signers = { allowedSignersFile: '/etc/backout/signers' };
  const signed = { principal: 'anna', signatureFile: '/tmp/s' };
  expect(verifyCommand(signers, signed).join(' ')).toBe(
    'ssh-keygen -Y verify -f /etc/backout/signers -I anna -n backout-decision -s /tmp/s',
  );
  expect(verifyCommand({ ...signers, revokedKeysFile: '/etc/backout/revoked' }, signed).slice(-2)).toEqual([
    '-r',
    '/etc/backout/revoked',
  ]);
  expect(findPrincipalsCommand(signers, signed).join(' ')).toBe(
    'ssh-keygen -Y find-principals -f /etc/backout/signers -s /tmp/s',
  );
});
