/** A decision signed with real keys and a real agent, and taken by the one who verifies it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { verifySignature } from '../../../activities/approval/verify-signature.ts';
import { requireSign, signedAnswer } from '../../../src/cli/approval/answer.ts';
import { signingKey } from '../../../src/cli/approval/key.ts';
import { signCommand, signDecision } from '../../../src/cli/approval/sign.ts';
import type { ToSign } from '../../../src/domain/approval/challenge.ts';
import { BACKUP, PLAN, RUN, message } from '../../support/approvals.ts';
import { waitingForRestore } from '../../support/full-records.ts';
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
const sign = (path: string, io = fakeIo({ env })) => signDecision(DECISION, { key: { path }, io });

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

let agents = 0;

/** An agent of our own, as long as `use` takes. */
async function withAgent(use: (socket: string) => Promise<void>): Promise<void> {
  const argv = ['-s', '-a', join(keys.folder, `agent-${++agents}`)];
  const said = execFileSync('ssh-agent', argv, { encoding: 'utf8' });
  const [, socket = '', pid = ''] = /SSH_AUTH_SOCK=([^;]+);.*SSH_AGENT_PID=(\d+);/s.exec(said) ?? [];
  try {
    await use(socket);
  } finally {
    process.kill(Number(pid));
  }
}

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
  await withAgent(async (socket) => {
    const withSocket = { ...env, SSH_AUTH_SOCK: socket };
    await expect(sign(`${ben}.pub`, fakeIo({ env: withSocket }))).rejects.toThrow(
      `The decision was not signed: neither beside ${ben}.pub nor in an SSH agent (SSH_AUTH_SOCK) is its private half. Nothing was sent.`,
    );
    execFileSync('ssh-add', ['-q', held], { env: withSocket, stdio: 'pipe' });
    const content = await sign(`${ben}.pub`, fakeIo({ env: withSocket }));
    expect(await verified(content)).toMatchObject({ verified: false, problem: 'unknown-signer' });
    keys.file('signers', `anna ${keys.public('ben')}`);
    expect(await verified(content)).toMatchObject({ verified: true });
  });
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
  await expect(signDecision(decision, { key: { path: anna }, io: fakeIo({ env }) })).rejects.toThrow(
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

test('the key is the named one, else the configured one, else the first usual one that is there', async () => {
  const home = join(keys.folder, 'home');
  const none = fakeIo({ env: { HOME: home } });
  const configured = fakeIo({ env: { HOME: home, BACKOUT_SIGNING_KEY: '/c' } });
  expect(await signingKey('/k', configured)).toEqual({ path: '/k' });
  expect(await signingKey(undefined, configured)).toEqual({ path: '/c' });
  await expect(signingKey(undefined, none)).rejects.toThrow(
    `No key to sign with: name it (--key FILE), or set BACKOUT_SIGNING_KEY. No SSH agent holds one, and ${home}/.ssh has none.`,
  );
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh', 'id_rsa'), '');
  expect(await signingKey(undefined, none)).toEqual({ path: `${home}/.ssh/id_rsa` });
  writeFileSync(join(home, '.ssh', 'id_ed25519.pub'), '');
  expect(await signingKey(undefined, none)).toEqual({ path: `${home}/.ssh/id_ed25519.pub` });
});

test('before files, it is the first that the agent holds, and which one is said where it holds several', async () => {
  await withAgent(async (socket) => {
    const withSocket = { ...env, SSH_AUTH_SOCK: socket, HOME: join(keys.folder, 'home') };
    for (const name of ['cara', 'dora']) {
      execFileSync('ssh-add', ['-q', keys.make(name)], { env: withSocket, stdio: 'pipe' });
      unlinkSync(join(keys.folder, name));
    }
    const io = fakeIo({ env: withSocket });
    const key = await signingKey(undefined, io);
    expect(io.printed.err).toBe(
      "Signing with the agent's key cara, the first of 2 that your SSH agent holds; --key or BACKOUT_SIGNING_KEY names another.\n",
    );
    keys.file('signers', `anna ${keys.public('cara')}`);
    expect(await verified(await signDecision(DECISION, { key, io }))).toMatchObject({ verified: true });
  });
});

describe('an answer', () => {
  const status = { ...waitingForRestore().status, workflowId: 'w', runId: RUN };
  const plan = status.plan?.hash ?? '';
  const options = { key: { path: anna }, io: fakeIo({ env }) };

  test('is bound to the run and the plan that are there, and to the note or reason', async () => {
    const reject = { by: 'anna', reason: 'not  now' };
    const content = await signedAnswer({ name: 'reject', answer: reject, status }, options);
    expect(content).toMatchObject({ by: 'anna', reason: 'not now', runId: RUN, planHash: plan });
    expect((content['signed'] as { challenge: string }).challenge).toContain(
      `\ndecision: reject\nby: anna\nworkflow: w\nrun: ${RUN}\nplan: ${plan}\nnote: not now\n`,
    );
  });

  test('says the plan that the person has seen, and the word that they typed', async () => {
    const answer = { by: 'anna', phrase: 'restore', backup: BACKUP, planHash: PLAN };
    const content = await signedAnswer({ name: 'confirmRestore', answer, status }, options);
    expect(content).toMatchObject({ phrase: 'restore', backup: BACKUP, planHash: PLAN });
  });

  test('is not signed before there is a plan', async () => {
    const early = { ...status, plan: null };
    await expect(
      signedAnswer({ name: 'approve', answer: { by: 'anna' }, status: early }, options),
    ).rejects.toThrow('The plan of w is not made yet, so nobody can sign for it: again in a moment.');
  });

  test('without a signature is held back where one is demanded', () => {
    expect(() => requireSign(false, 'signed')).toThrow(
      'A signature is demanded here, and a name alone is none: give the same command with --sign. Nothing was sent.',
    );
    for (const [isSigned, demanded] of [
      [true, 'signed'],
      [false, 'declared'],
      [false, undefined],
    ] as const)
      expect(() => requireSign(isSigned, demanded)).not.toThrow();
  });
});
