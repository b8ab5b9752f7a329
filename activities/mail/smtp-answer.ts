/** What a failure of an SMTP conversation means. Pure. */
import { cutAt, oneLine } from '../../src/domain/report/plain.ts';
import type { Judged } from '../outbound/judge.ts';

/** What nodemailer adds to its errors. */
type SmtpError = {
  message: string;
  code?: string;
  /** The server's answer: 4xx passes by itself, 5xx does not (RFC 5321). */
  responseCode?: number;
  response?: string;
  recipient?: string;
};

const MAX_QUOTED = 300;

export function judgeSmtpError(error: unknown): Exclude<Judged, { kind: 'sent' }> {
  const { message, code, responseCode, response } = asSmtpError(error);
  const why =
    response === undefined || response === ''
      ? cutAt(oneLine(message), MAX_QUOTED)
      : `it answered "${cutAt(oneLine(response), MAX_QUOTED)}"`;
  if (responseCode !== undefined && responseCode >= 500) {
    return { kind: 'refused', why, next: whatToDo(responseCode, code) };
  }
  if (/certificate|self-signed|altnames/i.test(message)) {
    return {
      kind: 'refused',
      why,
      next: 'Give the authority of the server’s certificate in `caFile`, and the name in the certificate as `host`.',
    };
  }
  if (code === 'ETLS' && responseCode === undefined) {
    return {
      kind: 'refused',
      why: 'the server offers no encryption (STARTTLS), and nothing is sent without',
      next: 'Use a server or port that does, or `tls: implicit`.',
    };
  }
  return { kind: 'later', why };
}

function whatToDo(responseCode: number, code: string | undefined): string {
  if (code === 'EAUTH') return 'Check `user` and the password.';
  if (code === 'EENVELOPE')
    return 'Check the addresses under `from` and `to`, and what the server may send for.';
  return `Ask whoever runs the mail server what ${responseCode} means there.`;
}

/** Said behind the server's answer when it took the mail for some only. */
export function refusedRecipients(errors: readonly unknown[] | undefined): string {
  const refused = (errors ?? []).map((error) => {
    const { recipient, response, message } = asSmtpError(error);
    return `${recipient ?? 'somebody'} (${cutAt(oneLine(response ?? message), MAX_QUOTED)})`;
  });
  return refused.length === 0 ? '' : `; not taken for ${refused.join(', ')}`;
}

function asSmtpError(error: unknown): SmtpError {
  return error instanceof Error ? error : { message: String(error) };
}
