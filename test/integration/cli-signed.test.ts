/** A rollback that takes signed answers only, by the program and real ssh-keygen; and what people try instead. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { challengeText, makeChallenge, signedContent } from '../../src/domain/approval/challenge.ts';
import type { ToSign } from '../../src/domain/approval/challenge.ts';
import type { RollbackStatus } from '../../src/domain/rollback.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { SshKeys } from '../support/ssh-keys.ts';
import { until } from '../support/until.ts';

const keys = new SshKeys();
keys.make('anna');
const ben = keys.make('ben');
const stranger = keys.make('stranger');
const line = (name: string) => `${name} namespaces="backout-decision" ${keys.public(name)}`;
const signers = keys.file('allowed_signers', line('anna'), line('ben'));

let lab: Lab;
let id: string;
let status: RollbackStatus;

beforeAll(async () => {
  lab = await openLab({
    file: {
      approvals: {
        people: { anna: {}, ben: {}, dan: {} },
        rules: [{ approvers: [{ from: ['anna', 'ben'], count: 2 }], assurance: 'signed' }],
        signing: { allowedSignersFile: signers },
      },
    },
  });
  const started = await backout(
    'dan',
    'rollback',
    'traffic-only',
    lab.service,
    ...['--reason', '5xx', '--yes', '--detach', '--json'],
  );
  id = (JSON.parse(started.out) as { workflowId: string }).workflowId;
  await until('approval is awaited', async () => (await read()).awaiting !== null);
  status = await read();
});
afterAll(async () => {
  await lab.close();
  keys.remove();
});

async function backout(by: string, ...argv: string[]) {
  const env = { PATH: process.env['PATH'], HOME: keys.folder, BACKOUT_USER: by };
  const io = fakeIo({ env: { ...env, BACKOUT_CONFIG: lab.sandbox.configFile } });
  const code = await run(argv, io);
  return { code, ...io.printed };
}

const read = async () => JSON.parse((await backout('dan', 'status', id, '--json')).out) as RollbackStatus;
const planHash = () => status.plan?.hash ?? '';

let nonces = 0;

/** Anna's approval, signed by her, with what somebody changes of it. */
function content(change: Partial<ToSign> = {}, { minutesAgo = 0 } = {}): Record<string, unknown> {
  const wanted = {
    decision: 'approve',
    by: 'anna',
    workflowId: id,
    runId: status.runId,
    planHash: planHash(),
  } as const;
  const challenge = makeChallenge(
    { ...wanted, ...change },
    {
      nonce: (++nonces).toString(16).padStart(32, '0'),
      at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    },
  );
  return signedContent(challenge, keys.sign('anna', challengeText(challenge)));
}

const send = (sent: object) =>
  lab.client.workflow.getHandle(id).executeUpdate<string, [object]>('approve', { args: [sent] });

test('a name alone is told the command that would do', async () => {
  const { code, err } = await backout('anna', 'approve', id, '--plan', planHash());
  expect(err).toBe(
    'backout: The rollback refused the message: a signature is demanded here, and a name alone is none: ' +
      `\`backout approve ${id} --plan ${planHash()} --by anna --sign\`. This command changed nothing.\n`,
  );
  expect(code).toBe(2);
  expect(status.awaiting?.answers[0]).toBe(`backout approve ${id} --plan ${planHash()} --sign`);
});

test.each([
  ['a key of somebody else', () => ben, () => 'it was signed with a key of ben, not of anna'],
  ['a stranger’s key', () => stranger, () => `no line of ${signers} has the key that signed it`],
])('%s is refused, and stays on record', async (_, key, why) => {
  const { code, err } = await backout('anna', 'approve', id, '--plan', planHash(), '--key', key());
  expect(err).toBe(`backout: The rollback refused the message: ${why()}. This command changed nothing.\n`);
  expect(code).toBe(2);
  expect((await read()).refusedMessages.at(-1)).toMatchObject({
    name: 'approve',
    why: `${why()} (from anna)`,
  });
});

test('a forged, an expired and another run’s signature are refused, and stay on record', async () => {
  const good = content();
  const other = content({ note: 'more' });
  const forged = {
    ...other,
    signed: {
      ...(other['signed'] as object),
      signature: (good['signed'] as { signature: string }).signature,
    },
  };
  const said = [
    await send(forged),
    await send(content({}, { minutesAgo: 11 })),
    await send(content({ runId: 'another-run' })),
  ];
  expect(said).toEqual([
    'refused: the signature is not of this text: one of the two was changed',
    expect.stringMatching(/^refused: the signature expired at .*: sign again$/),
    `refused: the signature is for another run (${id}, another-run); this one is ${status.runId}`,
  ]);
  const { refusedMessages, approvals } = await read();
  expect(refusedMessages.slice(-3).map(({ why }) => why)).toEqual(
    said.map((words) => `${words.replace('refused: ', '')} (from anna)`),
  );
  expect(approvals.approvals).toEqual([]);
});

test('a good one counts once, and a second person’s lets it go ahead; the report says which keys', async () => {
  const good = content({ note: 'seen' });
  expect(await send(good)).toBe('recorded');
  expect(await send(good)).toBe('refused: this signature has been used already: sign again');

  const second = await backout('ben', 'approve', id, '--plan', planHash(), '--sign', '--key', ben);
  expect(second.err).toBe('');
  expect(second.out).toContain(`Approved by ben: ${id}.\nThe rollback goes ahead.\n`);
  expect(await lab.client.workflow.getHandle(id).result()).toMatchObject({ outcome: 'rolled-back' });

  const { incidentFolder } = await lab.client.workflow.getHandle(id).query<RollbackStatus>('status');
  const report = await readFile(join(incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
  expect(report).toMatch(
    /Approved: seen, by anna \(signed with the key SHA256:\S+, and the signature verified\)/,
  );
  expect(report).toMatch(/Approved, by ben \(signed with the key SHA256:\S+, and the signature verified\)/);
  expect(report).toContain('this signature has been used already: sign again');
});

test('the doctor says that signatures can be verified', async () => {
  const { out } = await backout('dan', 'doctor', '--service', lab.service);
  expect(out).toContain(`verified with ${signers}`);
});
