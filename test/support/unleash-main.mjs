/** A real Unleash server. Argument: JSON with its module, database, port and admin token. Says "ready" when it answers. */
const { module, database, port, token } = JSON.parse(process.argv[2] ?? '');
const { start } = await import(module);
await start({
  db: { ...database, ssl: false, pool: { min: 0, max: 4 } },
  server: { host: '127.0.0.1', port, gracefulShutdownEnable: false },
  authentication: {
    type: 'none',
    initApiTokens: [
      { environment: '*', project: '*', secret: token, type: 'admin', tokenName: 'tests', username: 'tests' },
    ],
  },
  logLevel: 'error',
  versionCheck: { enable: false },
  telemetry: false,
});
process.stdout.write('ready\n');
