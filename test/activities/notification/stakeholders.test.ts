/** Stakeholders are told over a real SMTP server. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stakeholderFindings } from '../../../activities/notification/check.ts';
import { createNotifier } from '../../../activities/notification/notifier.ts';
import { stakeholdersSchema } from '../../../src/domain/stakeholders.ts';
import type { StakeholderSettings } from '../../../src/domain/stakeholders.ts';
import { CONFIG, makePlan, makeRecord } from '../../support/records.ts';
import { startSmtp } from '../../support/smtp.ts';
import type { MailServer } from '../../support/smtp.ts';

let server: MailServer;
beforeEach(async () => {
  server = await startSmtp();
});
afterEach(() => server.close());

const settings = (): StakeholderSettings =>
  stakeholdersSchema.parse({
    mail: {
      from: 'backout@example.com',
      smtp: { host: '127.0.0.1', port: server.port, caFile: server.caFile },
    },
    to: ['product@example.com', 'support@example.com'],
  });
const signal = new AbortController().signal;

const tell = (attempt: number, stakeholders: StakeholderSettings | undefined = settings()) =>
  createNotifier({ env: {} })(
    {
      event: 'started',
      channel: 'stakeholders',
      record: makeRecord({ plan: makePlan({}, { config: { ...CONFIG, stakeholders } }) }),
    },
    { attempt, signal },
  );

test('all of them get one mail, and the result quotes the server', async () => {
  const { proof } = await tell(1);
  expect(proof).toMatch(
    /^The mail server took the message for the stakeholders \(started\): 250 .*queued as 4444444441$/,
  );
  expect(server.mails.map(({ to, encrypted }) => ({ to, encrypted }))).toEqual([
    { to: ['product@example.com', 'support@example.com'], encrypted: true },
  ]);
});

test('a mail that was taken and never answered for goes out again under the same ID, and says that it may be a repeat', async () => {
  server.inject({ kind: 'cut' });
  await expect(tell(1)).rejects.toMatchObject({ type: 'MessageNotSent', retryable: true });
  await tell(2);
  const [first, second] = server.mails;
  expect(server.mails).toHaveLength(2);
  expect(second?.messageId).toBe(first?.messageId);
  expect(first?.raw).not.toContain('Sent again after a try');
  expect(second?.raw).toContain('Sent again after a try that was cut off');
});

test('nobody configured is a failure that says what to add', async () => {
  const record = makeRecord({ plan: makePlan({}, { config: CONFIG }) });
  await expect(
    createNotifier({ env: {} })({ event: 'ended', channel: 'stakeholders', record }, { attempt: 1, signal }),
  ).rejects.toMatchObject({
    type: 'InvalidConfiguration',
    message:
      'There are no `stakeholders` in the configuration of this service. Traffic and data were not changed by this: it only tells people. Add `stakeholders`.',
  });
});

test('doctor connects and sends nothing', async () => {
  await expect(stakeholderFindings({ env: {} }, settings())).resolves.toEqual([
    { name: 'stakeholders', optional: true, ok: true, detail: 'the mail server 127.0.0.1 answers' },
  ]);
  expect(server.mails).toEqual([]);
  const off = settings();
  off.mail.smtp.port = 1;
  await expect(stakeholderFindings({ env: {} }, off)).resolves.toMatchObject([{ ok: false, optional: true }]);
});
