/** `backout doctor` on a real service behind nginx: healthy, and with one thing broken at a time. */
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Host } from '../../activities/commands/host.ts';
import { createLocalHost } from '../../activities/commands/local.ts';
import { createWorkerProbe } from '../../activities/http/from-worker.ts';
import { createDriver } from '../../activities/targets/index.ts';
import { doctor } from '../../src/cli/commands/doctor.ts';
import type { Section } from '../../src/cli/doctor/diagnosis.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import type { ServiceEnvironment } from '../../src/domain/service.ts';
import { freePort } from '../../src/embedded/ports.ts';
import { fakeIo } from '../cli/support/io.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { isRoot, unprivileged } from '../support/unprivileged.ts';
import { pollOnce } from '../support/poll-once.ts';

type Examined = { exitCode: number; sections: Section[] };

async function examine(lab: Lab, options: { address?: string; env?: string } = {}): Promise<Examined> {
  const io = fakeIo();
  const exitCode = await doctor({ config: lab.sandbox.configFile, json: true, ...options }, io);
  const { sections, ...said } = JSON.parse(io.printed.out) as Examined & { ready: boolean };
  expect(said).toEqual({ exitCode, ready: exitCode === 0 });
  return { exitCode, sections };
}

/** `area: name` of everything with this mark. */
function marked({ sections }: Examined, mark: 'ok' | 'warning' | 'problem'): string[] {
  return sections.flatMap(({ area, lines }) =>
    lines.filter((line) => line.mark === mark).map(({ name }) => `${area}: ${name}`),
  );
}

function line({ sections }: Examined, name: string): Section['lines'][number] | undefined {
  return sections.flatMap(({ lines }) => lines).find((found) => found.name === name);
}

const LOCAL = createLocalHost('local', { sudo: false });

/** As the worker does, but with other rights or settings. */
async function checkDirectly(
  { sandbox, service, client }: Lab,
  { host = LOCAL, change }: { host?: Host; change?: (config: ServiceEnvironment) => void },
): Promise<Finding[]> {
  const { services } = await loadConfig({ path: sandbox.configFile, env: process.env });
  const config = structuredClone(services[service]?.environments['production']);
  if (config === undefined) throw new Error('the lab has no such service');
  change?.(config);
  const hosts = { get: () => host, warm: async () => undefined, close: async () => undefined };
  const deps = { hosts, workerHttp: createWorkerProbe(), client, lives: 'temporal' as const };
  return await createDriver(deps, { service, environment: 'production', config }).check();
}

describe('with a worker', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.close());

  it('finds everything good on a healthy set-up, and exits with 0', async () => {
    const { sandbox, service, taskQueue, address } = lab;
    const examined = await examine(lab);
    expect(marked(examined, 'problem')).toEqual([]);
    expect(marked(examined, 'warning')).toEqual(['configuration: escalation']);
    expect(line(examined, 'escalation')?.detail).toBe(
      `nobody is paged about a rollback of ${service} in production`,
    );
    expect(marked(examined, 'ok')).toEqual([
      `configuration: ${sandbox.configFile}`,
      `temporal: server ${address}`,
      'temporal: namespace default',
      'temporal: search attributes',
      `workers: task queue ${taskQueue}`,
      'target: host local',
      `target: site file ${sandbox.site}`,
      `target: change of ${sandbox.site}`,
      expect.stringMatching(/^target: nginx .*-t$/),
      'target: reload of nginx',
      `target: state directory ${sandbox.stateDirectory}`,
      `target: probe ${sandbox.url}/`,
      'target: start of blue',
      'target: stop of blue',
      'target: start of green',
      'target: stop of green',
      'target: logs',
      'target: versions',
      'target: a rollback now',
    ]);
    expect(line(examined, 'versions')?.detail).toBe('blue (1.4.0), green (1.5.0)');
    expect(line(examined, 'a rollback now')?.detail).toBe('from green (1.5.0) to blue (1.4.0)');
    expect(examined.exitCode).toBe(0);
    expect(examined.sections.at(-1)?.title).toBe(`${service} in production`);
  });

  it('says the same to a person, section by section', async () => {
    const io = fakeIo();
    expect(await doctor({ config: lab.sandbox.configFile, service: lab.service }, io)).toBe(0);
    expect(io.printed.out).toContain(`\n${lab.service} in production\n  ✔ host local: answers in `);
    expect(io.printed.out).toMatch(/\n\nReady to roll back\. 1 remark \(!\)\. Nothing was changed\.\n$/);
  });

  it('changes nothing: not the site file, no rollback, no lock', async () => {
    const before = await lab.site();
    await examine(lab);
    expect(await lab.site()).toBe(before);
    expect(await lab.incidents()).toEqual([]);
    await lab.expectFree();
  });

  it('finds a site file that nginx refuses, in the words of nginx, and exits with 1', async () => {
    const good = await lab.site();
    await writeFile(lab.sandbox.site, `${good}\nserver { listen nowhere:at:all; }\n`);
    try {
      const examined = await examine(lab);
      expect(examined.exitCode).toBe(1);
      expect(marked(examined, 'problem')).toEqual([expect.stringMatching(/^target: nginx .*-t$/)]);
      const problem = examined.sections.flatMap(({ lines }) => lines).find(({ mark }) => mark === 'problem');
      expect(problem?.detail).toContain('nowhere:at:all');
      expect(problem?.fix).not.toBe('');
    } finally {
      await writeFile(lab.sandbox.site, good);
    }
  });

  it('names the line of a colour that is commented out, and says what to do', async () => {
    const good = await lab.site();
    await writeFile(
      lab.sandbox.site,
      good.replace(/^.*# blue\n/m, (found) => `    #${found.trim()}\n`),
    );
    try {
      const examined = await examine(lab);
      expect(marked(examined, 'problem')).toEqual([`target: site file ${lab.sandbox.site}`]);
      const { blue, green } = lab.sandbox;
      expect(line(examined, `site file ${lab.sandbox.site}`)).toMatchObject({
        detail:
          `The upstream "listings" in ${lab.sandbox.site} has no server 127.0.0.1:${blue.port} for blue; ` +
          `it has 127.0.0.1:${green.port}. Line 3 has it, but commented out.`,
        fix: 'Take the comment away, with `down` at the end of the line if blue must not serve yet.',
      });
      expect(line(examined, 'a rollback now')?.mark).toBe('warning');
    } finally {
      await writeFile(lab.sandbox.site, good);
    }
  });

  it.runIf(isRoot)('finds each permission that a login without rights would lack', async () => {
    await chmod(lab.sandbox.folder, 0o755);
    const findings = await checkDirectly(lab, { host: unprivileged(LOCAL) });
    const lacking = findings.filter(({ ok, optional }) => !ok && !optional);
    expect(lacking.map(({ name }) => name)).toEqual(
      expect.arrayContaining([`change of ${lab.sandbox.site}`, 'stop of blue', 'stop of green']),
    );
    expect(lacking.filter(({ fix }) => fix === undefined)).toEqual([]);
  });

  it('remarks that the versions can not be told, and what that means', async () => {
    const findings = await checkDirectly(lab, {
      change: ({ target }) => Object.values(target.colours).forEach((colour) => delete colour.version),
    });
    expect(findings.filter(({ ok }) => !ok)).toEqual([
      {
        name: 'versions',
        ok: false,
        optional: true,
        detail:
          "no `version` is configured for blue and green: a mended release can't be told from the broken one",
        fix: 'Set `version` of each colour. Without it, going back to a colour that a rollback has left is refused until a person says that it is mended.',
      },
    ]);
  });

  it('finds a site file that is gone', async () => {
    const good = await lab.site();
    await rm(lab.sandbox.site);
    try {
      const examined = await examine(lab);
      expect(examined.exitCode).toBe(1);
      expect(marked(examined, 'problem')).toContain(`target: site file ${lab.sandbox.site}`);
    } finally {
      await writeFile(lab.sandbox.site, good);
    }
  });

  it('only remarks that a log is missing: a rollback works without', async () => {
    const text = await readFile(lab.sandbox.configFile, 'utf8');
    const log = /logs:\s+- file: (\S+)/.exec(text)?.[1] ?? '';
    const content = await readFile(log);
    await rm(log);
    try {
      const examined = await examine(lab);
      expect(marked(examined, 'warning')).toEqual(['configuration: escalation', 'target: logs']);
      expect(line(examined, 'logs')?.detail).toBe(`${log}: there is no such file`);
      expect(examined.exitCode).toBe(0);
    } finally {
      await writeFile(log, content);
    }
  });

  it('finds that the worker does not know what this configuration names', async () => {
    const own = join(lab.sandbox.folder, 'newer.yaml');
    const text = await readFile(lab.sandbox.configFile, 'utf8');
    await writeFile(own, text.replace(`  ${lab.service}:`, '  billing:'));
    const io = fakeIo();
    expect(await doctor({ config: own }, io)).toBe(1);
    expect(io.printed.out).toContain(`billing in production
  ✖ the worker: There is no service "billing" in the configuration.
    → Choose one of: ${lab.service}.
`);
  });

  it('asks the workers even where this machine has no good configuration', async () => {
    const own = join(lab.sandbox.folder, 'broken.yaml');
    const text = await readFile(lab.sandbox.configFile, 'utf8');
    await writeFile(own, text.replace('kind: nginx-blue-green', 'kind: nginx-green-blue'));
    const io = fakeIo();
    expect(await doctor({ config: own }, io)).toBe(2);
    expect(io.printed.out).toContain(`\n${lab.service} in production\n  ✔ host local`);
  });
});

describe('after a rollback', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.close());

  it('remarks that there would be nothing to roll back, in the words of the plan', async () => {
    const { handle, ended } = await lab.start();
    await ended();
    const examined = await examine(lab);
    expect(examined.exitCode).toBe(0);
    expect(marked(examined, 'warning')).toEqual(['configuration: escalation', 'target: a rollback now']);
    expect(line(examined, 'a rollback now')).toMatchObject({
      detail: expect.stringContaining(
        `there would be none: blue (1.4.0) already serves. ${handle.workflowId} rolled back from green (1.5.0) at `,
      ) as string,
      fix: 'If blue (1.4.0) is bad too, name the release to return to: `--to NAME`.',
    });
  });
});

describe('without a worker', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ withoutWorker: true });
  });
  afterAll(() => lab.close());

  it('says so and how to start one, and does not wait for it', async () => {
    const examined = await examine(lab);
    expect(examined.exitCode).toBe(6);
    expect(marked(examined, 'problem')).toEqual([`workers: task queue ${lab.taskQueue}`]);
    expect(line(examined, `task queue ${lab.taskQueue}`)).toEqual({
      mark: 'problem',
      name: `task queue ${lab.taskQueue}`,
      detail: 'no worker polls it',
      fix: `Start a worker that can reach the hosts: \`backout worker --task-queue ${lab.taskQueue}\`.`,
    });
    expect(line(examined, 'host and nginx')).toEqual({
      mark: 'warning',
      name: 'host and nginx',
      detail: `unknown: no worker polls ${lab.taskQueue}`,
    });
  });

  it('does not wait long for a worker that the server still remembers but is gone', async () => {
    await pollOnce(lab.client, lab.taskQueue);
    const io = fakeIo();
    expect(await doctor({ config: lab.sandbox.configFile }, io)).toBe(6);
    expect(io.printed.out).toContain(`✔ task queue ${lab.taskQueue}: polled by backout@gone:1`);
    expect(io.printed.out).toContain('✖ the worker: did not begin within 8 s: it may have died a moment ago');
  });

  it('says that Temporal is down, that there is a way without, and exits with 6', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const io = fakeIo();
    expect(await doctor({ config: lab.sandbox.configFile, address }, io)).toBe(6);
    expect(io.printed.out).toContain(
      `Temporal\n  ✖ server ${address}: can't be reached: nobody listens there (connection refused)\n    → Start the server`,
    );
    expect(io.printed.out).toMatch(
      /Not ready: 1 problem \(✖\)\. 1 remark \(!\)\. Nothing was changed\.\nIf it can not wait: `backout rollback traffic-only SERVICE --reason WHY --local`/,
    );
  });

  it('tells a server that is none of Temporal', async () => {
    const examined = await examine(lab, { address: new URL(lab.sandbox.url).host });
    expect(examined.exitCode).toBe(6);
    expect(marked(examined, 'problem')).toEqual([`temporal: server ${new URL(lab.sandbox.url).host}`]);
    const said = examined.sections.find(({ area }) => area === 'temporal')?.lines[0];
    expect(said?.detail).toMatch(/^something listens there, but did not answer as Temporal/);
  });

  it('finds a namespace that is not there', async () => {
    const io = fakeIo();
    const { address } = inject('temporal');
    const options = { config: lab.sandbox.configFile, address, namespace: 'nowhere' };
    expect(await doctor(options, io)).toBe(6);
    expect(io.printed.out).toContain(
      '✖ namespace nowhere: is not there\n    → Make it with `temporal operator namespace create --namespace nowhere`',
    );
  });
});
