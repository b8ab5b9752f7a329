/** Hands one mail to an SMTP server. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import type { Transporter } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport';
import type { SmtpSettings } from '../../src/domain/paging/mail.ts';
import { notTaken, unusable } from '../outbound/failures.ts';
import { scrub } from '../outbound/scrub.ts';
import { describeSecret, readSecret } from '../secrets/read.ts';
import { judgeSmtpError, refusedRecipients } from './smtp-answer.ts';

/** Of one phase: connecting, the greeting, an answer to a command. A budget allows several tries. */
const TIMEOUT_MS = 10_000;
const DEFAULT_PORTS: Record<SmtpSettings['tls'], number> = { starttls: 587, implicit: 465, none: 25 };

export type Mail = {
  from: string;
  /** Null: the address alone. Default: Backout. */
  fromName?: string | null;
  to: string[];
  /** Who gets it unseen by the others. */
  bcc?: string[];
  subject: string;
  text: string;
  html: string;
  /** With angle brackets, the same for every try of the same mail: mail systems drop what they have already. */
  messageId: string;
  /** Message-ID of the mail that this one belongs below. */
  inReplyTo?: string;
  priority: 'high' | 'normal';
};

export type MailSending = { env: NodeJS.ProcessEnv; signal: AbortSignal; timeoutMs?: number };

/**
 * Resolves when the server has taken responsibility for the mail. A try that is cut off between its taking the mail and
 * our hearing of it leads to a second mail with the same Message-ID.
 * @returns the server's answer, and whom it would not take the mail for
 * @throws BackoutFailure MessageRefused, InvalidConfiguration (a person must act) or MessageNotSent (worth a retry)
 */
export async function sendMail(
  { to, smtp, mail }: { to: string; smtp: SmtpSettings; mail: Mail },
  sending: MailSending,
): Promise<string> {
  return await within({ to, smtp }, sending, async (transport) => {
    const { from, fromName = 'Backout', inReplyTo, ...rest } = mail;
    const taken = await transport.sendMail({
      ...rest,
      from: { name: fromName ?? '', address: from },
      ...(inReplyTo === undefined ? {} : { inReplyTo, references: [inReplyTo] }),
      // Out-of-office answers to a machine help nobody (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: sending.signal,
    });
    return `${taken.response}${refusedRecipients(taken.rejectedErrors)}`;
  });
}

/** Connects and logs in, and sends nothing. Throws as `sendMail`. */
export async function checkSmtp(
  server: { to: string; smtp: SmtpSettings },
  sending: MailSending,
): Promise<void> {
  await within(server, sending, async (transport) => {
    await unlessAborted(transport.verify(), sending.signal);
    return '';
  });
}

type Transport = Transporter<SMTPTransport.SentMessageInfo, SMTPTransport.Options>;

/** A connection of its own, and what goes wrong in it as a failure without the password. */
async function within(
  { to, smtp }: { to: string; smtp: SmtpSettings },
  sending: MailSending,
  work: (transport: Transport) => Promise<string>,
): Promise<string> {
  const password = smtp.password === undefined ? undefined : await readSecret(smtp.password, sending.env);
  const whom = `${to}, server ${smtp.host}${smtp.password === undefined ? '' : ` (password in the ${describeSecret(smtp.password)})`},`;
  const transport = createTransport(await optionsOf(smtp, { password, whom, sending }));
  try {
    return scrub(await work(transport), secretsOf(password));
  } catch (error) {
    sending.signal.throwIfAborted();
    const judged = judgeSmtpError(error);
    throw notTaken(whom, { ...judged, why: scrub(judged.why, secretsOf(password)) });
  } finally {
    transport.close();
  }
}

/** A check takes no signal: what is left of its connection ends by itself, within the time of one phase. */
async function unlessAborted(checking: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const isOver = new AbortController();
  const aborted = once(signal, 'abort', { signal: isOver.signal }).then(() => signal.throwIfAborted());
  // Nobody waits for it any more when the check has ended.
  aborted.catch(() => undefined);
  try {
    await Promise.race([checking, aborted]);
  } finally {
    isOver.abort();
  }
}

const secretsOf = (password: string | undefined): string[] => (password === undefined ? [] : [password]);

type Login = { password: string | undefined; whom: string; sending: MailSending };

async function optionsOf(
  smtp: SmtpSettings,
  { password, whom, sending }: Login,
): Promise<SMTPTransport.Options> {
  const timeout = sending.timeoutMs ?? TIMEOUT_MS;
  const ca = smtp.caFile === undefined ? undefined : await readCa(smtp.caFile, whom);
  return {
    host: smtp.host,
    port: smtp.port ?? DEFAULT_PORTS[smtp.tls],
    secure: smtp.tls === 'implicit',
    requireTLS: smtp.tls === 'starttls',
    ignoreTLS: smtp.tls === 'none',
    ...(smtp.user === undefined || password === undefined
      ? {}
      : { auth: { user: smtp.user, pass: password } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
  };
}

async function readCa(file: string, whom: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(whom, {
      why: `the file ${file} can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      next: 'Put the PEM file of the authority there, readable by the worker, or take `caFile` out.',
    });
  }
}
