/** A real SMTP server (smtp-server) with a certificate of its own, which keeps what it takes and fails on demand. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

export type TakenMail = {
  from: string;
  to: string[];
  /** As it came, headers first. */
  raw: string;
  messageId: string;
  encrypted: boolean;
  user: string | null;
};

export type SmtpFault =
  /** The answer to DATA, after which the mail is not taken. */
  | { kind: 'answer'; code: number; text: string }
  /** Taken, and the connection is closed before the answer. */
  | { kind: 'cut' }
  /** Taken, and never answered. */
  | { kind: 'silent' };

export type MailServer = {
  port: number;
  /** PEM file of the certificate, which signs itself. */
  caFile: string;
  readonly mails: TakenMail[];
  inject(...faults: SmtpFault[]): void;
  close(): Promise<void>;
};

export type SmtpOptions = {
  tls?: 'starttls' | 'implicit' | 'none';
  login?: { user: string; password: string };
  /** Recipients that do not exist. */
  unknown?: string[];
};

export async function startSmtp({
  tls = 'starttls',
  login,
  unknown = [],
}: SmtpOptions = {}): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), 'backout-smtp-'));
  const { key, cert, caFile } = certificateIn(folder);
  const mails: TakenMail[] = [];
  const faults: SmtpFault[] = [];
  const server = new SMTPServer({
    secure: tls === 'implicit',
    key,
    cert,
    disabledCommands: [...(tls === 'none' ? ['STARTTLS'] : []), ...(login ? [] : ['AUTH'])],
    authOptional: login === undefined,
    hideENHANCEDSTATUSCODES: false,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      if (username === login?.user && password === login?.password) return callback(null, { user: username });
      // As some servers do: what was sent is quoted.
      callback(Object.assign(new Error(`Invalid login ${password}`), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, callback) {
      if (!unknown.includes(address)) return callback();
      callback(Object.assign(new Error(`No such user ${address}`), { responseCode: 550 }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const fault = faults.shift();
        if (fault?.kind === 'answer') {
          return callback(Object.assign(new Error(fault.text), { responseCode: fault.code }));
        }
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          messageId: /^Message-ID: (.+)$/im.exec(raw)?.[1]?.trim() ?? '',
          encrypted: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        });
        if (fault?.kind === 'silent') return;
        if (fault?.kind === 'cut') return closeConnections(server);
        // As Postfix says it.
        callback(null, `queued as ${mails.length.toString(16).toUpperCase().padStart(10, '4')}`);
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    caFile,
    mails,
    inject: (...more) => void faults.push(...more),
    close: async () => {
      closeConnections(server);
      await new Promise<void>((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Without a word, as when the network is gone. */
function closeConnections(server: SMTPServer): void {
  const { connections } = server as unknown as { connections: Set<{ _socket: { destroy(): void } }> };
  for (const { _socket } of connections) _socket.destroy();
}

function certificateIn(folder: string): { key: Buffer; cert: Buffer; caFile: string } {
  const [keyFile, caFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ].concat(['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', keyFile, '-out', caFile]),
    { stdio: 'ignore' },
  );
  return { key: readFileSync(keyFile), cert: readFileSync(caFile), caFile };
}
