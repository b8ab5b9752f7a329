/** A decision signed with real keys and a real agent, and taken by the one who verifies it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { verifySignature } from '../../../activities/approval/verify-signature.ts';
import { signingKey } from '../../../src/cli/approval/key.ts';
import { signCommand, signDecision } from '../../../src/cli/approval/sign.ts';
import type { ToSign } from '../../../src/domain/approval/challenge.ts';
import { BACKUP, PLAN, RUN, message } from '../../support/approvals.ts';
import { SshKeys } from '../../support/ssh-keys.ts';
import { fakeIo } from '../support/io.ts';

const keys = new SshKeys();
afterAll(() => keys.remove());
const anna = keys.make('anna');
const signers = { allowedSignersFile: keys.file('signers', `anna ${keys.public('anna')}`) };

const DECISION: ToSign = {
  decision: 'confirmRestore',
  by: 'anna',
  workflowId: 'w',
  runId: RUN,
  planHash: PLAN,
  backup: BACKUP,
};
const env = { PATH: process.env['PATH'] };
const sign = (key: string, io = fakeIo({ env })) => signDecision(DECISION, { key, io });

/** Verified as the worker does it. */
const verified = async (content: Record<string, unknown>) =>
  await verifySignature({
    expected: {
      message: message('confirmRestore', content),
      workflowId: 'w',
      runId: RUN,
      at: new Date().toISOString(),
      nonces: [],
    },
    principal: 'anna',
    signers,
  });

test('what is signed here is taken there, and says what the person decided', async () => {
  const content = await sign(anna);
  expect(content).toMatchObject({
    phrase: 'RESTORE',
    by: 'anna',
    backup: BACKUP,
    planHash: PLAN,
    runId: RUN,
  });
  expect(await verified(content)).toMatchObject({ verified: true });
});

test('each signature has a nonce of its own', async () => {
  const [one, other] = [await verified(await sign(anna)), await verified(await sign(anna))];
  expect(one).toMatchObject({ verified: true });
  expect(one).not.toEqual(other);
});

test('a public key is enough where an agent holds the private one', async () => {
  const ben = keys.make('ben');
  const held = `${ben}-held`;
  renameSync(ben, held);
  const [, socket = '', pid = ''] =
    /SSH_AUTH_SOCK=([^;]+);.*SSH_AGENT_PID=(\d+);/s.exec(
      execFileSync('ssh-agent', ['-s', '-a', join(keys.folder, 'agent')], { encoding: 'utf8' }),
    ) ?? [];
  try {
    const withAgent = { ...env, SSH_AUTH_SOCK: socket };
    await expect(sign(`${ben}.pub`, fakeIo({ env: withAgent }))).rejects.toThrow(
      `The decision was not signed: neither beside ${ben}.pub nor in an SSH agent (SSH_AUTH_SOCK) is its private half. Nothing was sent.`,
    );
    execFileSync('ssh-add', ['-q', held], { env: withAgent, stdio: 'pipe' });
    const content = await sign(`${ben}.pub`, fakeIo({ env: withAgent }));
    expect(await verified(content)).toMatchObject({ verified: false, problem: 'unknown-signer' });
    keys.file('signers', `anna ${keys.public('ben')}`);
    expect(await verified(content)).toMatchObject({ verified: true });
  } finally {
    process.kill(Number(pid));
  }
});

test.each<[string, () => string, (key: string) => string]>([
  ['no such key', () => '/nowhere/key', (key) => `there is no key ${key}`],
  [
    'a key with a passphrase that nobody types',
    () => keys.make('locked', 'a passphrase'),
    (key) => `the passphrase of ${key} was not given, or is wrong`,
  ],
  [
    'a key that others may read',
    () => {
      const key = keys.make('open');
      chmodSync(key, 0o644);
      return key;
    },
    (key) => `others may read ${key}: run chmod 600 on it`,
  ],
])('%s is said in words', async (_, make, why) => {
  const key = make();
  await expect(sign(key)).rejects.toThrow(`The decision was not signed: ${why(key)}. Nothing was sent.`);
});

test('a machine without ssh-keygen says so', async () => {
  await expect(sign(anna, fakeIo({ env: { PATH: '/nowhere' } }))).rejects.toThrow(
    'The decision was not signed: ssh-keygen is not installed. Nothing was sent.',
  );
});

test('what could be read in two ways is not signed', async () => {
  const decision = { ...DECISION, backup: 'a\nplan: 000000000000' };
  await expect(signDecision(decision, { key: anna, io: fakeIo({ env }) })).rejects.toThrow(
    "This can't be signed: backup: must be one plain line.",
  );
});

test('nothing is left behind', async () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('backout-sign-'));
  const before = left();
  await sign(anna);
  await sign('/nowhere/key').catch(() => undefined);
  expect(left()).toEqual(before);
});

test('the command, word for word', () => {
  expect(signCommand('/home/anna/.ssh/id_ed25519', '/tmp/x/decision').join(' ')).toBe(
    'ssh-keygen -q -Y sign -f /home/anna/.ssh/id_ed25519 -n backout-decision /tmp/x/decision',
  );
});

test('the key is the named one, else the configured one, else the first usual one that is there', () => {
  const home = join(keys.folder, 'home');
  const none = { HOME: home };
  expect(signingKey('/k', { BACKOUT_SIGNING_KEY: '/c' })).toBe('/k');
  expect(signingKey(true, { ...none, BACKOUT_SIGNING_KEY: '/c' })).toBe('/c');
  expect(() => signingKey(true, none)).toThrow(
    `No key to sign with: name it (--sign KEY), or set BACKOUT_SIGNING_KEY. ${home}/.ssh has none.`,
  );
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh', 'id_rsa'), '');
  expect(signingKey(true, none)).toBe(`${home}/.ssh/id_rsa`);
  writeFileSync(join(home, '.ssh', 'id_ed25519.pub'), '');
  expect(signingKey(true, none)).toBe(`${home}/.ssh/id_ed25519.pub`);
});
