/**
 * The database of app.mjs: one session, held by psql, which is opened when it is first needed and again after it was
 * ended. Questions are asked one after the other.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** No row of ours looks like it. */
const END = '--- end of the answer ---';

/** `ask` returns the rows as "a|b" lines; it throws what psql says when the session is lost or can't be opened. */
export function openDatabase({ psql, connection }) {
  let session = null;
  return {
    ask: (sql) => {
      if (session === null || session.hasEnded()) session = openSession(psql, connection);
      return session.ask(sql);
    },
  };
}

/** It ends with its first error, and with this process. */
function openSession(psql, connection) {
  const args = ['-X', '-q', '-A', '-t', '-w', '-v', 'ON_ERROR_STOP=1', '-d', connection];
  const child = spawn(psql, args, { stdio: 'pipe' });
  const asked = [];
  let said = '';
  let ended = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === END) asked.shift()?.resolve();
    else asked[0]?.rows.push(line);
  });
  child.stderr.on('data', (chunk) => (said += chunk));
  // What is written to a psql that has ended fails, and so does each question that it has not answered.
  child.stdin.on('error', () => {});
  child.on('error', (error) => (said = error.message));
  child.on('close', () => {
    ended = true;
    for (const { reject } of asked) reject(new Error(said.trim().split('\n')[0] || 'psql has ended'));
  });
  return {
    hasEnded: () => ended,
    ask: (sql) =>
      new Promise((resolve, reject) => {
        const rows = [];
        asked.push({ rows, resolve: () => resolve(rows), reject });
        child.stdin.write(`${sql};\n\\echo ${END}\n`);
      }),
  };
}
