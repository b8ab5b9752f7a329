/** What a rollback refuses, and that a refusal changes nothing: every one says so, and it is so. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';
import { isRunning } from '../support/processes.ts';
import { until } from '../support/until.ts';

const UNCHANGED = 'Nothing was changed: traffic and data are as they were.';

let lab: Lab;
let site: string;

async function expectUntouched(): Promise<void> {
  const { sandbox, slack } = lab;
  expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
  expect(await lab.site()).toBe(site);
  expect(isRunning(sandbox.green.pid)).toBe(true);
  expect([await sandbox.green.sigterms(), await sandbox.blue.sigterms()]).toEqual([0, 0]);
  expect(slack.messages).toEqual([]);
  expect(await lab.incidents()).toEqual([]);
  await lab.expectFree();
}

describe('A request that can not be followed', () => {
  beforeAll(async () => {
    lab = await openLab();
    site = await lab.site();
  });
  afterEach(expectUntouched);
  afterAll(() => lab.close());

  it('is refused for a service that is not configured, naming those that are', async () => {
    const { failure } = await (await lab.start({ service: 'nope' })).ended();
    expect(failure).toEqual({
      type: 'UnknownService',
      message: `There is no service "nope" in the configuration. ${UNCHANGED} Choose one of: ${lab.service}.`,
    });
  });

  it('is refused for an environment that is not configured', async () => {
    const { failure } = await (await lab.start({ environment: 'staging' })).ended();
    expect(failure).toEqual({
      type: 'UnknownService',
      message: `${lab.service} has no environment "staging". ${UNCHANGED} Choose one of: production.`,
    });
  });

  it('is refused with every problem of its input at once', async () => {
    const input = { severity: 'P9', reason: ' ', planhash: 'x' } as unknown as { reason: string };
    const { failure } = await (await lab.start(input)).ended();
    expect(failure?.type).toBe('InvalidRequest');
    expect(failure?.message).toBe(
      'The input is not a valid rollback request: reason: must not be empty; ' +
        'severity: Invalid option: expected one of "P0"|"P1"|"P2"|"P3"; Unrecognized key: "planhash". ' +
        `${UNCHANGED} Correct it and start again, for example with {"service": "listings", "reason": "5xx since 2.4.1"}`,
    );
  });

  it('is refused when the release to return to serves already', async () => {
    const { failure } = await (await lab.start({ to: 'green' })).ended();
    expect(failure).toEqual({
      type: 'NothingToRollBack',
      message: `green (1.5.0) already serves. ${UNCHANGED} If green (1.5.0) is the bad one, name another release to return to: \`--to NAME\`.`,
    });
  });

  it('is refused when the idle release is called the faulty one: it would only be stopped', async () => {
    const { failure } = await (await lab.start({ faulty: 'blue' })).ended();
    expect(failure).toEqual({
      type: 'NothingToRollBack',
      message:
        `blue (1.4.0) gives no answers and is not active in the configuration: green (1.5.0) serves. ${UNCHANGED} ` +
        'If green (1.5.0) is the faulty one, start again with `--faulty green`. ' +
        'A rollback from blue (1.4.0) would stop it, and take away the way back from green (1.5.0).',
    });
    expect(isRunning(lab.sandbox.blue.pid)).toBe(true);
  });

  it('is refused when there is no such release', async () => {
    const { failure } = await (await lab.start({ to: 'purple' })).ended();
    expect(failure).toEqual({
      type: 'NoReleaseToReturnTo',
      message: `There is no release "purple" (to); there are blue (1.4.0), green (1.5.0). ${UNCHANGED} Name one of these.`,
    });
  });

  it('is refused when the plan is no longer the one that was seen', async () => {
    const { failure } = await (await lab.start({ planHash: '0123456789ab' })).ended();
    expect(failure?.type).toBe('PlanChanged');
    expect(failure?.message).toMatch(
      /^The plan that was agreed to \(0123456789ab\) is not the plan now \([0-9a-f]{12}\): from green \(1\.5\.0\) to blue \(1\.4\.0\)\. The live state has changed in between\. Nothing was changed: traffic and data are as they were\. Look at the new plan and start again\.$/,
    );
  });

  it('is refused when the release to return to runs but is sick', async () => {
    await lab.sandbox.blue.control({ unhealthy: true });
    const { failure } = await (await lab.start()).ended();
    await lab.sandbox.blue.control({ unhealthy: false });
    expect(failure).toEqual({
      type: 'NoReleaseToReturnTo',
      message: `blue (1.4.0) runs but is not healthy: process running, pid ${lab.sandbox.blue.pid}; /health answers 503. ${UNCHANGED} Mend it, or insist with \`--to blue\` if it is still better than what serves now.`,
    });
  });
});

describe('A site file that can not be edited safely', () => {
  beforeAll(async () => {
    lab = await openLab();
    site = await lab.site();
  });
  afterEach(async () => {
    await writeFile(lab.sandbox.site, site);
    await expectUntouched();
  });
  afterAll(() => lab.close());

  async function refusal(edit: (text: string) => string) {
    const edited = edit(site);
    await writeFile(lab.sandbox.site, edited);
    const { failure } = await (await lab.start()).ended();
    expect(await readFile(lab.sandbox.site, 'utf8')).toBe(edited);
    return failure;
  }

  it('is left alone when it was broken before', async () => {
    const failure = await refusal((text) =>
      text.replace('proxy_http_version 1.1;', 'proxy_http_version 1.1'),
    );
    expect(failure?.type).toBe('SiteFileBroken');
    // Backout's own reading and nginx's look at the same time: either may be the first to object.
    expect(failure?.message).toMatch(/unexpected "}".*listings\.conf|listings\.conf.*unexpected "}"/);
    expect(failure?.message).toContain(UNCHANGED);
  });

  it('is left alone when nginx itself does not take the configuration as it is', async () => {
    const failure = await refusal((text) => text.replace('proxy_http_version', 'proxy_http_versio'));
    expect(failure?.type).toBe('SiteFileBroken');
    expect(failure?.message).toContain('unknown directive "proxy_http_versio"');
    expect(failure?.message).toContain(UNCHANGED);
  });

  it('is left alone when the upstream lacks the release to return to', async () => {
    const failure = await refusal((text) => text.replace(/^.*# blue\n/m, ''));
    expect(failure?.type).toBe('NoReleaseToReturnTo');
    const { blue, green } = lab.sandbox;
    expect(failure?.message).toBe(
      `blue (1.4.0) is not in the target's configuration (process running, pid ${blue.pid}; /health answers 200). ` +
        `The upstream "listings" in ${lab.sandbox.site} has no server 127.0.0.1:${blue.port} for blue; ` +
        `it has 127.0.0.1:${green.port}. ${UNCHANGED} Add the line to the upstream (with \`down\` at its end), ` +
        'or correct the servers of blue in the configuration.',
    );
  });

  it('names the line of a release that is commented out, and what to do', async () => {
    const failure = await refusal((text) => text.replace(/^.*# blue\n/m, (line) => `    #${line.trim()}\n`));
    expect(failure?.type).toBe('NoReleaseToReturnTo');
    expect(failure?.message).toContain(
      `it has 127.0.0.1:${lab.sandbox.green.port}. Line 3 has it, but commented out. ${UNCHANGED} ` +
        'Take the comment away, with `down` at the end of the line if blue must not serve yet.',
    );
  });

  it('is left alone when it does not have the upstream', async () => {
    const failure = await refusal((text) => text.replaceAll('listings', 'other'));
    expect(failure?.type).toBe('UpstreamMissing');
    expect(failure?.message).toContain(UNCHANGED);
  });
});

describe('A release to return to that does not come up', () => {
  afterEach(() => lab.close());

  it('gets no traffic: a person is asked, and can end the rollback', async () => {
    lab = await openLab({
      environment: {
        budgets: { startPreviousSeconds: 8 },
        verify: { health: { steadySeconds: 1, withinSeconds: 2 } },
      },
    });
    site = await lab.site();
    const { sandbox } = lab;
    await sandbox.blue.stop();
    // Whatever starts next is not blue: its port is taken by something that can't answer.
    const { createServer } = await import('node:net');
    const squatter = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => squatter.listen(sandbox.blue.port, '127.0.0.1', resolve));
    const rollback = await lab.start();
    const { traffic, awaiting, steps } = await rollback.until('it waits', ({ phase }) => phase === 'waiting');
    expect(awaiting?.step).toBe('start-previous');
    expect(traffic).toBe(
      'Traffic was not changed by this rollback: when the plan was made, green (1.5.0) gave 100 % of the answers.',
    );
    expect(steps.find(({ name }) => name === 'start-previous')?.failure?.message).toContain(
      'Traffic was not changed.',
    );
    await until('people are asked', () => lab.slack.messages.length === 2);
    expect(lab.slack.messages[1]?.text).toContain('Traffic was not changed');

    await rollback.handle.signal('decideStep', { step: 'start-previous', decision: 'abort', by: 'anna' });
    const { failure, result } = await rollback.ended();
    squatter.close();
    expect(failure?.type).toBe('Aborted');
    expect(result).toMatchObject({ outcome: 'aborted', trafficSafeAt: null });
    expect(failure?.message).toBe(result?.summary);
    expect(failure?.message).toContain('Traffic was not changed by this rollback');
    expect(await lab.site()).toBe(site);
    expect(new Set(await lab.nextAnswers())).toEqual(new Set(['green']));
    expect(isRunning(sandbox.green.pid)).toBe(true);
    expect(await sandbox.green.sigterms()).toBe(0);
    expect(lab.slack.messages.at(-1)?.text).toContain('THIS IS NOT A SUCCESS.');
    expect(await lab.incidents()).toHaveLength(1);
    await lab.expectFree();
  });
});
