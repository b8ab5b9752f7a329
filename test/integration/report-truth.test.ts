/** A report is read by people who were not there: every time, name and number in it is one of Temporal's history. */
import { readFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escalationIdOf } from '../../src/domain/escalation/state.ts';
import type { PageReceipt } from '../../src/domain/paging/page.ts';
import { formatDuration, formatTime } from '../../src/domain/report/format.ts';
import type { RollbackResult, StepResult } from '../../src/domain/rollback.ts';
import {
  acknowledgeUpdate,
  approveUpdate,
  confirmRestoreUpdate,
  decideStepUpdate,
} from '../../workflows/messages.ts';
import { readHistory } from '../support/history-facts.ts';
import type { HistoryFacts } from '../support/history-facts.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import {
  backUp,
  createSampleRoles,
  createSmallSample,
  migrateSmallSample,
  SAMPLE,
} from '../support/postgres-sample.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import type { WebhookReceiver } from '../support/webhook-receiver.ts';

const KEY = 'the key of the receiver';
const VARIABLE = 'REPORT_TRUTH_SIGNING_KEY';

let server: TestPostgres;
let receiver: WebhookReceiver;
let lab: Lab;
let result: RollbackResult;
let rollback: HistoryFacts;
let escalation: HistoryFacts;
let report: string;
let postmortem: string;
let isMended = false;

type Taken = { action: string; level: { number: number; name: string } };
const given = { releasedAt: '', detectedAt: '' };

/** One full rollback with everything that people do in it, and what was written of it. */
beforeAll(async () => {
  server = await startPostgres();
  await createSampleRoles(server);
  const backups = join(server.folder, 'backups');
  mkdirSync(backups);
  await createSmallSample(server);
  await backUp(server, { database: SAMPLE, path: join(backups, 'listings-1.dump'), format: 'custom' });
  const second = Math.floor(Date.now() / 1000);
  await until('the second of the dump is over', () => Date.now() >= (second + 1) * 1000);
  given.releasedAt = new Date().toISOString();
  await migrateSmallSample(server);

  process.env[VARIABLE] = KEY;
  receiver = await startWebhookReceiver(KEY);
  lab = await openLab({
    environment: {
      database: {
        name: SAMPLE,
        programs: server.bin,
        connection: { socket: server.socketFolder, port: server.port },
        backups: { folder: backups },
        restore: { jobs: 2 },
      },
    },
    file: {
      approvals: {
        people: {
          ben: { name: 'Ben Bo', roles: ['on-call', 'team-lead'] },
          cara: { roles: ['on-call', 'reviewer'] },
        },
      },
      escalation: {
        channels: { hook: { kind: 'webhook', url: receiver.url, signingKey: { env: VARIABLE } } },
        levels: [
          { people: ['ben'], channels: ['hook'] },
          { people: ['cara'], channels: ['hook'] },
        ],
      },
    },
    onActivity: ({ name }) => {
      if (name !== 'captureLogs' || isMended) return;
      isMended = true;
      throw ApplicationFailure.nonRetryable('The disk of the worker is full. Nothing was changed by this.');
    },
  });
  given.detectedAt = new Date(Date.now() - 90_000).toISOString();
  const started = await lab.start(
    { releasedAt: given.releasedAt, detectedAt: given.detectedAt, incidentCommander: 'dora' },
    { workflow: 'fullRollback' },
  );
  const { handle } = started;
  await until('the first level is paged', () => receiver.pages.length > 0);
  await handle.executeUpdate(acknowledgeUpdate, { args: [{ by: 'ben', note: 'on it' }] });
  await started.until('approval is awaited', ({ awaiting }) => awaiting !== null);
  await handle.executeUpdate(approveUpdate, { args: [{ by: 'ben' }] });
  await started.until('a step waits', ({ awaiting }) => awaiting?.step === 'capture-logs');
  await handle.executeUpdate(decideStepUpdate, {
    args: [{ step: 'capture-logs', decision: 'retry', by: 'cara', note: 'made room' }],
  });
  await started.until('RESTORE is awaited', ({ awaiting }) => awaiting?.step === 'confirm-restore');
  await handle.executeUpdate(confirmRestoreUpdate, {
    args: [{ phrase: 'RESTORE', by: 'cara', backup: 'listings-1.dump' }],
  });
  const ended = await started.ended();
  if (ended.failure !== null) throw new Error(ended.failure.message);
  result = ended.result;
  const { runId } = await handle.describe();
  rollback = await readHistory(handle);
  escalation = await readHistory(lab.client.workflow.getHandle(escalationIdOf(handle.workflowId, runId)));
  const read = (name: string) => readFile(join(result.incidentFolder ?? '', name), 'utf8');
  [report, postmortem] = await Promise.all([read('INCIDENT_REPORT.md'), read('POSTMORTEM.md')]);
});
afterAll(async () => {
  await lab.close();
  await receiver.close();
  await server.stop();
  delete process.env[VARIABLE];
});

const ran = (name: string) => rollback.activities.filter((activity) => activity.name === name);
const proofOf = (name: string) => ran(name).at(-1)?.result as StepResult;
const between = (from: string, to: string) => formatDuration(Date.parse(to) - Date.parse(from));
const sent = (wanted: string) => {
  const found = rollback.sent.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`nobody sent ${wanted}`);
  return found;
};
/** A page after the first tells how things stand: when it was asked for is when that was looked up. */
const lookedAt = (sentAt: string) =>
  escalation.activities.findLast(
    ({ name, scheduledAt }) => name === 'lookAtRollback' && scheduledAt <= sentAt,
  )?.scheduledAt;
const after = (heading: string) => report.split(heading)[1] ?? '';
const line = (start: string) => report.split('\n').filter((one) => one.startsWith(start));
const deadline = () => new Date(Date.parse(given.detectedAt) + 15 * 60_000).toISOString();

describe('of a full rollback that people acknowledged, approved, helped and confirmed', () => {
  it.each([
    ['report', () => report],
    ['postmortem', () => postmortem],
  ])('every time in the %s is a moment of the history', (_name, read) => {
    const moments = new Set(
      [...rollback.moments, ...escalation.moments, deadline()].map((iso) => formatTime(iso).slice(0, 19)),
    );
    const times = read().match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g) ?? [];
    expect(times.length).toBeGreaterThan(20);
    expect(times.filter((time) => !moments.has(time))).toEqual([]);
  });

  it('every moment and duration is the one that the history gives', () => {
    const { startedAt } = rollback;
    const typed = sent('confirmRestore').readAt;
    const row = (what: string, at: string, took = `${between(startedAt, at)} after the start`) =>
      `| ${what} | ${formatTime(at)} | ${took} |`;
    const safe = proofOf('shiftTraffic').provedAt;
    expect(line('| ')).toEqual(
      expect.arrayContaining([
        row('Faulty release went live, as given', given.releasedAt, '–'),
        expect.stringContaining(`| Trouble detected | ${formatTime(given.detectedAt)} |`),
        row('Rollback started', startedAt, `${between(given.detectedAt, startedAt)} after detection`),
        row('Traffic proved off the faulty release', safe),
        row('Faulty release stopped', proofOf('stopFaulty').provedAt),
        row('RESTORE typed', typed),
      ]),
    );
    expect(report).toContain(
      `P1: traffic safe by ${formatTime(deadline())}, 15 min after detection. Kept, with ${formatDuration(
        Math.floor((Date.parse(deadline()) - Date.parse(safe)) / 1000) * 1000,
      )} to spare.`,
    );
  });

  it('every step began and took as the history says', () => {
    const steps = ['captureBefore', 'shiftTraffic', 'stopFaulty', 'verifyRelease'];
    for (const name of steps) {
      const { scheduledAt = '' } = ran(name)[0] ?? {};
      expect(report, name).toContain(
        `- Began: ${formatTime(scheduledAt)}, took ${between(scheduledAt, proofOf(name).provedAt)}\n`,
      );
    }
  });

  it('who did what is who sent it, and when, in the order of time', () => {
    const at = (wanted: string) => `- ${formatTime(sent(wanted).readAt)}: `;
    const people = after('## People\n\nNames are declared, not verified.\n\n').split('\n\n')[0];
    expect(people?.split('\n')).toEqual([
      `${at('acknowledge')}acknowledged by ben: on it`,
      `${at('approve')}Approved, by ben`,
      `${at('approve')}The rollback may go ahead: approved by ben`,
      `${at('decideStep')}cara decided **retry** for step capture-logs: made room`,
      `${at('confirmRestore')}RESTORE typed, for backup listings-1.dump, by cara`,
    ]);
    const named = [...report.matchAll(/\| ([a-z]+) \(declared\) \|/g)].map(([, who]) => who);
    expect(new Set(named)).toEqual(new Set(['anna', 'ben', 'cara']));
    expect(report).toContain('| Requested by | anna (declared, not verified) |');
    expect(report).toContain('| Incident commander | dora |');
  });

  it('who was paged is what the channel has taken, and what it answered', () => {
    const calls = escalation.activities
      .filter(({ name }) => name === 'sendPage')
      .map(({ scheduledAt, result: answer }) => {
        const receipt = answer as PageReceipt;
        const taken = receiver.pages[Number(receipt.receipt?.replace('R-', '')) - 1] as Taken;
        return { at: lookedAt(scheduledAt) ?? scheduledAt, ...taken, receipt };
      })
      .filter(({ action }) => action === 'trigger');
    const rows = calls.map(({ at, level, receipt }, index) => {
      const [who, why] = [
        ['Ben Bo', 'the rollback began'],
        ['cara', 'something failed'],
      ][index] ?? ['', ''];
      const acknowledged =
        index === 0 ? `by ben, ${between(at, sent('acknowledge').readAt)} later` : '**by nobody**';
      return `| ${formatTime(at)} | ${level.number}: ${level.name} | ${who} | ${why} | webhook (hook) at ${formatTime(receipt.sentAt)}, receipt ${receipt.receipt} | ${acknowledged} |`;
    });
    expect(rows).toHaveLength(2);
    const table = after('## Who was paged\n').split('\n## ')[0] ?? '';
    expect(table.split('\n').filter((row) => row.startsWith('| 20'))).toEqual(rows);
  });
});
