/** A full rollback by the program alone: planned, approved, confirmed and watched, on real servers. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RollbackStatus } from '../../src/domain/rollback.ts';
import { run } from '../../src/cli/run.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { fingerprint } from '../support/postgres-fingerprint.ts';
import {
  backUp,
  createSampleRoles,
  createSmallSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { SshKeys } from '../support/ssh-keys.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const BACKUP = 'listings-1.dump';

/** RESTORE is signed here; approvals are not. */
const keys = new SshKeys();
const SIGN = ['--sign', '--key', keys.make('ben')];

describe('backout rollback full', () => {
  let server: TestPostgres;
  let lab: Lab;
  let good: string;

  beforeAll(async () => {
    server = await startPostgres();
    await createSampleRoles(server);
    await createSmallSample(server);
    good = await fingerprint(server, SAMPLE);
    const folder = join(server.folder, 'backups');
    mkdirSync(folder);
    await backUp(server, { database: SAMPLE, path: join(folder, BACKUP), format: 'custom' });
    await migrateSmallSample(server);
    lab = await openLab({
      file: {
        approvals: {
          people: { anna: { roles: ['on-call'] }, ben: { roles: ['team-lead', 'reviewer'] }, dan: {} },
          rules: [
            { approvers: [{ from: ['role:on-call'] }], restore: { from: ['ben'], assurance: 'signed' } },
          ],
          signing: { allowedSignersFile: keys.file('signers', `ben ${keys.public('ben')}`) },
          breakGlass: ['ben'],
        },
      },
      environment: {
        database: {
          name: SAMPLE,
          programs: server.bin,
          connection: { socket: server.socketFolder, port: server.port },
          backups: { folder },
        },
      },
    });
  });

  afterAll(async () => {
    await lab.close();
    await server.stop();
    keys.remove();
  });

  async function backout(argv: string[], { by = 'dan', answers }: { by?: string; answers?: string[] } = {}) {
    const io = fakeIo({
      ...(answers === undefined ? {} : { answers }),
      env: { ...process.env, BACKOUT_CONFIG: lab.sandbox.configFile, BACKOUT_USER: by },
    });
    const code = await run(argv, io);
    return { code, ...io.printed };
  }

  const statusOf = async (workflowId: string) =>
    JSON.parse((await backout(['status', workflowId, '--json'])).out) as RollbackStatus;

  test('shows what is lost, waits for the approval and for RESTORE, and says at once who may not', async () => {
    const plan = await backout(['plan', lab.service, '--full', '--backup', BACKUP]);
    expect(plan.err).toBe('');
    expect(plan.out).toMatch(/^Plan [0-9a-f]{12}: full rollback of /);
    expect(plan.out).toContain(`  Backup    ${BACKUP} of `);
    expect(plan.out).toContain('  Approval  on-call: anna\n');
    expect(plan.out).toContain(
      `rollback full ${lab.service} --env production --backup ${BACKUP} --reason "WHY"`,
    );

    const started = await backout([
      ...['rollback', 'full', lab.service, '--reason', 'bad migration', '--backup', BACKUP],
      ...['--yes', '--detach', '--json'],
    ]);
    expect(started.err).toBe('');
    const { workflowId } = JSON.parse(started.out) as { workflowId: string };
    await until('approval is awaited', async () => (await statusOf(workflowId)).awaiting !== null);

    const waiting = await backout(['status', workflowId]);
    expect(waiting.code).toBe(5);
    expect(waiting.out).toContain('Approval by on-call: missing, from anna');
    expect(waiting.out).toContain(`    backout approve ${workflowId} --plan `);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));

    const wrong = await backout(['approve', workflowId, '--plan', '0123456789ab'], { by: 'anna' });
    expect(wrong.err).toContain(
      'The rollback refused the message: it names the plan 0123456789ab; this one is ',
    );
    expect(wrong.code).toBe(2);
    const notAllowed = await backout(['approve', workflowId], { answers: ['y'] });
    expect(notAllowed.err).toContain('dan asked for this rollback: somebody else must approve it');
    expect(notAllowed.code).toBe(2);

    const approved = await backout(['approve', workflowId, '--note', 'ok'], { by: 'anna', answers: ['y'] });
    expect(approved.err).toBe('');
    expect(approved.out).toContain(`Approved by anna: ${workflowId}.\nThe rollback goes ahead.\n`);
    await until(
      'RESTORE is awaited',
      async () => (await statusOf(workflowId)).awaiting?.step === 'confirm-restore',
    );
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['blue']));

    const unsigned = await backout(['confirm-restore', workflowId], { by: 'ben', answers: ['RESTORE'] });
    expect(unsigned.err).toContain('give the same command with --sign. Nothing was sent.');
    expect(unsigned.code).toBe(2);
    const mistyped = await backout(['confirm-restore', workflowId, ...SIGN], {
      by: 'ben',
      answers: ['restore'],
    });
    expect(mistyped.code).toBe(4);
    const other = await backout(
      ['confirm-restore', workflowId, '--phrase', 'RESTORE', '--backup', 'other.dump', ...SIGN],
      { by: 'ben' },
    );
    expect(other.err).toContain(
      `it names the backup other.dump; the one that would be restored is ${BACKUP}`,
    );
    const stranger = await backout(['confirm-restore', workflowId, ...SIGN], {
      by: 'anna',
      answers: ['RESTORE'],
    });
    expect(stranger.err).toContain('anna may not type RESTORE: ben may');
    expect(stranger.code).toBe(2);

    const confirmed = await backout(['confirm-restore', workflowId, ...SIGN], {
      by: 'ben',
      answers: ['RESTORE'],
    });
    expect(confirmed.err).toBe('');
    expect(confirmed.out).toContain(`  Backup    ${BACKUP} of `);
    expect(confirmed.out).toContain(`RESTORE for ${BACKUP}, by ben: ${workflowId}.\n`);
    const watched = await backout(['watch', workflowId]);
    expect(watched.out).toMatch(/^\S+ +✔ restore-database {2}/m);
    expect(watched.out).toContain('RESTORE typed, for backup listings-1.dump, by ben');
    expect((await backout(['status', workflowId])).out).toMatch(
      /RESTORE typed, for backup listings-1\.dump, by ben \(signed with the key SHA256:\S+\), /,
    );
    expect(watched.out).toContain('ROLLED BACK\n');
    expect(watched.code).toBe(0);
    expect(await fingerprint(server, SAMPLE)).toBe(good);
    expect((await backout(['history', '--service', lab.service])).out).toContain(workflowId);

    const late = await backout(['reject', workflowId, '--reason', 'too late'], { by: 'ben' });
    expect(late.err).toContain(`The rollback ${workflowId} has ended: it takes no messages any more.`);
    expect(late.code).toBe(2);
  });

  test('restores the database later, too, when traffic is back already and the faulty release is named', async () => {
    await migrateSmallSample(server);
    expect(await fingerprint(server, SAMPLE)).not.toBe(good);
    const argv = ['rollback', 'full', lab.service, '--reason', 'the data, too', '--backup', BACKUP];
    const unnamed = await backout([...argv, '--yes', '--detach', '--json']);
    const refused = await backout(['watch', (JSON.parse(unnamed.out) as { workflowId: string }).workflowId]);
    expect(refused.out).toContain('NOT DONE (NothingToRollBack)');

    // The rollback before this one has restored it already: only who insists gets it once more.
    const again = ['--faulty', 'green', '--restore-again'];
    const started = await backout([...argv, ...again, '--yes', '--detach', '--json']);
    const { workflowId } = JSON.parse(started.out) as { workflowId: string };
    await until('approval is awaited', async () => (await statusOf(workflowId)).awaiting !== null);
    await backout(['break-glass', workflowId, '--reason', 'anna sleeps'], { by: 'ben', answers: ['y'] });
    const early = await backout(['confirm-restore', workflowId, ...SIGN], {
      by: 'ben',
      answers: ['RESTORE'],
    });
    expect(early.err).toBe('');
    const watched = await backout(['watch', workflowId]);
    expect(watched.out).toContain('BREAK-GLASS: goes ahead without the approvals: anna sleeps, by ben');
    expect(watched.out).toContain('ROLLED BACK\n');
    expect(await fingerprint(server, SAMPLE)).toBe(good);
  });
});
