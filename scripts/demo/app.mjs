#!/usr/bin/env node
/**
 * One colour of a small HTTP service, for the demo and the tests: real answers, logs, metrics and signals, no dependency.
 *
 *   node app.mjs --port 8080 --colour blue --version 1.4.0 [--host 127.0.0.1] [--log FILE] [--pid FILE]
 *                [--bad SHARE] [--slow MS] [--unhealthy] [--ignore-sigterm] [--die-after N|Nms|Ns]
 *                [--database CONNECTION [--psql PROGRAM]]
 *
 * With `--database`, `GET /listings/N` reads a row, `POST /listings/N/orders` writes one, and `/health/db` asks it.
 * With `--port 0` it takes a free port. Once it listens it writes its pid file and prints one line of JSON,
 * `{"port":…,"pid":…}`. `POST /control` (only from this machine) changes `bad`, `slow` and `unhealthy` later.
 */
import { openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { openDatabase } from './app-database.mjs';

const HEALTH_PATHS = ['/health', '/health/db', '/health/ready'];
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const { values: flags } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    colour: { type: 'string', default: 'blue' },
    version: { type: 'string', default: '1.0.0' },
    log: { type: 'string' },
    pid: { type: 'string' },
    bad: { type: 'string', default: '0' },
    slow: { type: 'string', default: '0' },
    unhealthy: { type: 'boolean', default: false },
    'ignore-sigterm': { type: 'boolean', default: false },
    'die-after': { type: 'string' },
    database: { type: 'string' },
    psql: { type: 'string', default: 'psql' },
  },
});
const { colour, version } = flags;
const database =
  flags.database === undefined ? undefined : openDatabase({ psql: flags.psql, connection: flags.database });
const dieAfter = parseDieAfter(flags['die-after']);

/** What `POST /control` may change. `unhealthy` is true (every health path) or the list of sick paths. */
const state = { bad: Number(flags.bad), slow: Number(flags.slow), unhealthy: flags.unhealthy };
const seen = { requests: 0, sigterms: 0 };
/** Requests to `/` since `bad` was last set. */
const share = { asked: 0, failed: 0 };
const metrics = {
  codes: new Map([
    ['200', 0],
    ['500', 0],
  ]),
  buckets: LATENCY_BUCKETS.map(() => 0),
  count: 0,
  sum: 0,
};

// Written at once and in order, so that a kill -9 loses no line.
const logFile = flags.log === undefined ? 1 : openSync(flags.log, 'a');

const server = createServer((request, response) => {
  const started = performance.now();
  const path = (request.url ?? '/').split('?')[0];
  response.setHeader('X-Release', colour);
  response.setHeader('X-Version', version);
  if (!server.listening) response.setHeader('Connection', 'close');
  if (path === '/metrics') return send(response, 200, renderMetrics(), 'text/plain; version=0.0.4');
  if (path === '/control') return control(request, response);
  afterDelay(() => {
    if (HEALTH_PATHS.includes(path)) return answerHealth(path, response);
    response.on('close', () => {
      const seconds = (performance.now() - started) / 1000;
      count(response.statusCode, seconds);
      log('INFO', `${request.method} ${path} ${response.statusCode} ${(seconds * 1000).toFixed(0)} ms`);
      if (dieAfter.requests !== undefined && seen.requests >= dieAfter.requests) die();
    });
    answer(request.method, path, response);
  });
});

server.on('error', (error) => {
  log('FATAL', `can't listen on ${flags.host}:${flags.port}: ${error.message}`);
  process.exitCode = 1;
});
server.listen(Number(flags.port), flags.host, () => {
  const { port } = server.address();
  if (flags.pid !== undefined) writeFileSync(flags.pid, `${process.pid}\n`);
  log('INFO', `started ${colour} ${version} on port ${port} as pid ${process.pid}`);
  // Whoever started it may have stopped listening; that must not end the service.
  process.stdout.on('error', () => {});
  process.stdout.write(`${JSON.stringify({ port, pid: process.pid })}\n`);
  if (dieAfter.ms !== undefined) setTimeout(die, dieAfter.ms);
});

process.on('SIGTERM', () => {
  seen.sigterms += 1;
  log('INFO', `SIGTERM ${seen.sigterms} received${flags['ignore-sigterm'] ? ' and ignored' : ''}`);
  if (flags['ignore-sigterm'] || seen.sigterms > 1) return;
  server.close(() => {
    log('INFO', 'stopped');
    removeOwnPidFile();
    process.exit(0);
  });
  server.closeIdleConnections();
});

/** Every request but health, metrics and control: the ones that users send. */
function answer(method, path, response) {
  seen.requests += 1;
  const row = database === undefined ? null : /^\/listings\/(\d{1,9})(\/orders)?$/.exec(path);
  if (row !== null) return answerFromDatabase(response, STATEMENTS[`${method} ${row[2] ?? ''}`], row[1]);
  if (path !== '/' && path !== '/version')
    return sendJson(response, 404, { error: `no ${path} here`, colour });
  if (path === '/version') return sendJson(response, 200, { colour, version, pid: process.pid });
  share.asked += 1;
  // Spread evenly instead of at random: after n requests exactly floor(n × bad) have failed.
  if (share.failed < Math.floor(share.asked * state.bad + 1e-9)) {
    share.failed += 1;
    log('ERROR', `request ${seen.requests} failed: listing could not be read`);
    return sendJson(response, 500, { error: 'listing could not be read', colour, version });
  }
  return sendJson(response, 200, { message: `hello from ${colour} ${version}`, colour, version });
}

/** By method, and what stands after the number. */
const STATEMENTS = {
  'GET ': { sql: (id) => `SELECT id, title, price FROM listings WHERE id = ${id}`, found: 200 },
  'POST /orders': { sql: (id) => `INSERT INTO orders (listing) VALUES (${id}) RETURNING id`, found: 201 },
};

async function answerFromDatabase(response, statement, id) {
  if (statement === undefined) return sendJson(response, 405, { error: 'not so', colour });
  try {
    const [row] = await database.ask(statement.sql(Number(id)));
    if (row === undefined)
      return sendJson(response, 404, { error: `no listing ${id} here`, colour, version });
    return sendJson(response, statement.found, { row, colour, version });
  } catch (error) {
    log('ERROR', `request ${seen.requests} failed: ${error.message}`);
    return sendJson(response, 503, { error: 'the database does not answer', colour, version });
  }
}

function answerHealth(path, response) {
  if (path === '/health/db' && database !== undefined) {
    return answerFromDatabase(response, { sql: () => 'SELECT 1', found: 200 }, 1);
  }
  const sick = state.unhealthy === true || (Array.isArray(state.unhealthy) && state.unhealthy.includes(path));
  sendJson(response, sick ? 503 : 200, { status: sick ? 'unhealthy' : 'ok', colour, version });
}

function control(request, response) {
  if (!['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '')) {
    return sendJson(response, 403, { error: 'only from this machine' });
  }
  if (request.method !== 'POST') return sendJson(response, 200, { ...state, ...seen, pid: process.pid });
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    let change;
    try {
      change = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    } catch (error) {
      return sendJson(response, 400, { error: error.message });
    }
    for (const key of Object.keys(state)) if (change[key] !== undefined) state[key] = change[key];
    if (change.bad !== undefined) Object.assign(share, { asked: 0, failed: 0 });
    log('INFO', `control ${JSON.stringify(change)}`);
    sendJson(response, 200, { ...state, ...seen, pid: process.pid });
  });
}

function renderMetrics() {
  const labels = `colour="${colour}",version="${version}"`;
  const bucket = (le, value) => `http_request_duration_seconds_bucket{${labels},le="${le}"} ${value}`;
  return [
    '# HELP http_requests_total Requests answered, by status code.',
    '# TYPE http_requests_total counter',
    ...[...metrics.codes].map(([code, value]) => `http_requests_total{${labels},code="${code}"} ${value}`),
    '# HELP http_request_duration_seconds How long answers took.',
    '# TYPE http_request_duration_seconds histogram',
    ...LATENCY_BUCKETS.map((le, index) => bucket(le, metrics.buckets[index])),
    bucket('+Inf', metrics.count),
    `http_request_duration_seconds_sum{${labels}} ${metrics.sum}`,
    `http_request_duration_seconds_count{${labels}} ${metrics.count}`,
    '',
  ].join('\n');
}

function count(status, seconds) {
  const code = String(status);
  metrics.codes.set(code, (metrics.codes.get(code) ?? 0) + 1);
  metrics.count += 1;
  metrics.sum += seconds;
  LATENCY_BUCKETS.forEach((le, index) => {
    if (seconds <= le) metrics.buckets[index] += 1;
  });
}

function afterDelay(next) {
  if (state.slow > 0) setTimeout(next, state.slow);
  else next();
}

function send(response, status, body, type) {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function sendJson(response, status, value) {
  send(response, status, `${JSON.stringify(value)}\n`, 'application/json');
}

function log(level, message) {
  writeSync(logFile, `${new Date().toISOString()} ${level} [${colour} ${version}] ${message}\n`);
}

function die() {
  log('FATAL', 'died');
  process.exit(1);
}

function removeOwnPidFile() {
  if (flags.pid === undefined) return;
  try {
    if (readFileSync(flags.pid, 'utf8').trim() === String(process.pid)) rmSync(flags.pid);
  } catch {
    // Somebody has removed it already.
  }
}

/** `100` is a number of requests; `1500ms` and `2s` are times. */
function parseDieAfter(text) {
  const match = /^(\d+)(ms|s)?$/.exec(text ?? '');
  if (!match) return {};
  const amount = Number(match[1]);
  if (match[2] === undefined) return { requests: amount };
  return { ms: match[2] === 's' ? amount * 1000 : amount };
}
