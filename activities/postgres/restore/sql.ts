/** Names and strings within SQL that is put together here. Pure. */

/** An identifier, whatever is in it. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant, whatever is in it and however the server reads backslashes. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** The name of a setting, which may have a prefix: myapp.tenant. */
export function settingName(name: string): string {
  return name.split('.').map(ident).join('.');
}

/**
 * One transaction that either stands as a whole or not at all, also when only a part of it arrives: its end is written
 * out, while `psql -1` would commit the part.
 */
export function transaction(statements: readonly string[], { timeoutMs }: { timeoutMs: number }): string {
  const limits = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];
  return [
    'BEGIN;',
    ...limits.map((name) => `SET LOCAL ${name} = ${timeoutMs};`),
    'SET LOCAL standard_conforming_strings = on;',
    ...statements.map((statement) => `${statement};`),
    'COMMIT;\n',
  ].join('\n');
}
