/** Mail over a real SMTP server: encryption, login, what is refused and what is tried again. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { checkSmtp, sendMail } from '../../../activities/mail/smtp.ts';
import type { Mail, MailSending } from '../../../activities/mail/smtp.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { smtpSchema } from '../../../src/domain/paging/mail.ts';
import type { SmtpSettings } from '../../../src/domain/paging/mail.ts';
import { startSmtp } from '../../support/smtp.ts';
import type { MailServer, SmtpOptions } from '../../support/smtp.ts';
import { until } from '../../support/until.ts';

const PASSWORD = 'sEcReT-password';
const CHANGED = 'Traffic and data were not changed by this: it only tells people.';
const MAIL: Mail = {
  from: 'backout@example.com',
  to: ['oncall@example.com'],
  subject: 'Rolling back ✅',
  text: 'text',
  html: '<p>text</p>',
  messageId: '<page-1@example.com>',
  inReplyTo: '<incident-1@example.com>',
  priority: 'high',
};

let server: MailServer | undefined;
afterEach(() => server?.close());

async function started(options: SmtpOptions = {}): Promise<MailServer> {
  server = await startSmtp(options);
  return server;
}

const settings = ({ port, caFile }: MailServer, change: Partial<SmtpSettings> = {}): SmtpSettings =>
  smtpSchema.parse({ host: '127.0.0.1', port, caFile, ...change });

const send = (smtp: SmtpSettings, { mail = MAIL, ...sending }: Partial<MailSending> & { mail?: Mail } = {}) =>
  sendMail(
    { to: 'e-mail (on duty)', smtp, mail },
    { env: { PASSWORD }, signal: new AbortController().signal, timeoutMs: 2000, ...sending },
  );

/** Takes connections, and never says a word. */
async function silentServer() {
  const connections: Socket[] = [];
  const silent = createServer((connection) => void connections.push(connection));
  const met = once(silent, 'connection');
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  return {
    met,
    connections,
    address: silent.address() as AddressInfo,
    close: () => new Promise((resolve) => silent.close(resolve)),
  };
}

async function failureOf(sending: Promise<unknown>): Promise<BackoutFailure> {
  const error: unknown = await sending.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BackoutFailure);
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(PASSWORD);
  return error as BackoutFailure;
}

test.each([
  ['starttls', true],
  ['implicit', true],
  ['none', false],
] as const)('with tls: %s a mail arrives', async (tls, encrypted) => {
  const mailServer = await started({ tls });
  await expect(send(settings(mailServer, { tls }))).resolves.toMatch(/^250 .*queued as/);
  expect(mailServer.mails).toMatchObject([{ encrypted, user: null, messageId: '<page-1@example.com>' }]);
});

test('nothing is sent where the server offers no encryption', async () => {
  const mailServer = await started({ tls: 'none' });
  const failure = await failureOf(send(settings(mailServer)));
  expect(failure.type).toBe('MessageRefused');
  expect(failure.message).toContain(CHANGED);
  expect(mailServer.mails).toEqual([]);
});

test('a certificate that nobody vouches for is refused, and what to do is said', async () => {
  const mailServer = await started();
  const failure = await failureOf(send(smtpSchema.parse({ host: '127.0.0.1', port: mailServer.port })));
  expect(failure.message).toBe(
    `e-mail (on duty), server 127.0.0.1, did not take the message: self-signed certificate. ${CHANGED} Give the authority of the server’s certificate in \`caFile\`, and the name in the certificate as \`host\`.`,
  );
  expect([failure.type, mailServer.mails]).toEqual(['MessageRefused', []]);
});

test('a login that the server does not accept is refused, without the password that it quotes', async () => {
  const mailServer = await started({ login: { user: 'backout', password: 'another' } });
  const failure = await failureOf(
    send(settings(mailServer, { user: 'backout', password: { env: 'PASSWORD' } })),
  );
  expect(failure.type).toBe('MessageRefused');
  expect(failure.message).toMatch(
    /^e-mail \(on duty\), server 127\.0\.0\.1 \(password in the environment variable PASSWORD\), did not take the message: it answered "535 .*Invalid login \[secret\]"\. .* Check `user` and the password\.$/,
  );
});

test('a greylisted mail is tried again', async () => {
  const mailServer = await started();
  mailServer.inject({ kind: 'answer', code: 451, text: 'Try again in 5 minutes' });
  const failure = await failureOf(send(settings(mailServer)));
  expect([failure.type, failure.retryable]).toEqual(['MessageNotSent', true]);
  expect(failure.parts.what).toMatch(/it answered "451 .*Try again in 5 minutes"\.$/);
});

test('a mail that the server will not have is refused', async () => {
  const mailServer = await started();
  mailServer.inject({ kind: 'answer', code: 554, text: 'Spam' });
  const failure = await failureOf(send(settings(mailServer)));
  expect(failure.type).toBe('MessageRefused');
  expect(failure.parts.next).toBe('Ask whoever runs the mail server what 554 means there.');
});

test('where some addresses are wrong, the others get it, and the receipt names those who do not', async () => {
  const mailServer = await started({ unknown: ['gone@example.com'] });
  const mail = { ...MAIL, to: ['gone@example.com', 'oncall@example.com'] };
  await expect(send(settings(mailServer), { mail })).resolves.toMatch(
    /^250 .*queued as .*; not taken for gone@example\.com \(550 .*No such user gone@example\.com\)$/,
  );
  expect(mailServer.mails.map(({ to }) => to)).toEqual([['oncall@example.com']]);
});

test('where all addresses are wrong, it is refused', async () => {
  const mailServer = await started({ unknown: ['oncall@example.com'] });
  const failure = await failureOf(send(settings(mailServer)));
  expect(failure.type).toBe('MessageRefused');
  expect(failure.parts.next).toBe(
    'Check the addresses under `from` and `to`, and what the server may send for.',
  );
});

test('a server that is not there is tried again', async () => {
  const mailServer = await started();
  const smtp = settings(mailServer);
  await mailServer.close();
  server = undefined;
  const failure = await failureOf(send(smtpSchema.parse({ host: smtp.host, port: smtp.port })));
  expect([failure.type, failure.retryable]).toEqual(['MessageNotSent', true]);
  expect(failure.parts.what).toContain('ECONNREFUSED');
});

test('a server that says nothing is tried again', async () => {
  const mailServer = await started({ tls: 'implicit' });
  // Both sides wait for the other to begin.
  const failure = await failureOf(send(settings(mailServer, { tls: 'none' }), { timeoutMs: 200 }));
  expect([failure.type, failure.retryable]).toEqual(['MessageNotSent', true]);
});

/** Far more than a test may take: what ends before it has not waited for it. */
const NEVER_MS = 600_000;

test('a cancellation ends it at once, and is not a failure of the server', async () => {
  const mailServer = await started();
  const controller = new AbortController();
  mailServer.inject({ kind: 'silent' });
  const sending = send(settings(mailServer), { signal: controller.signal, timeoutMs: NEVER_MS });
  const cancelled = expect(sending).rejects.toThrow('cancelled by a person');
  await until('the server has the mail', () => mailServer.mails.length === 1);
  controller.abort(new Error('cancelled by a person'));
  await cancelled;
});

test('a cancellation ends a check at once, too', async () => {
  const { met, connections, address, close } = await silentServer();
  const controller = new AbortController();
  const checking = checkSmtp(
    {
      to: 'e-mail (on duty)',
      smtp: smtpSchema.parse({ host: '127.0.0.1', port: address.port, tls: 'none' }),
    },
    { env: {}, signal: controller.signal, timeoutMs: NEVER_MS },
  );
  const cancelled = expect(checking).rejects.toThrow('cancelled by a person');
  await met;
  controller.abort(new Error('cancelled by a person'));
  await cancelled;
  for (const connection of connections) connection.destroy();
  await close();
});

test('a file of authorities that is not there is named', async () => {
  const mailServer = await started();
  const failure = await failureOf(send(settings(mailServer, { caFile: '/nowhere/ca.pem' })));
  expect(failure.message).toBe(
    `e-mail (on duty), server 127.0.0.1, can't be reached: the file /nowhere/ca.pem can't be read (ENOENT). ${CHANGED} Put the PEM file of the authority there, readable by the worker, or take \`caFile\` out.`,
  );
});
