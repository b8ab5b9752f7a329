/** On real parts: other systems hear of a rollback, and the faulty version's commit is tagged. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { startEventReceiver } from '../support/cdevents.ts';
import type { EventReceiver } from '../support/cdevents.ts';
import { openLab } from '../support/lab.ts';
import type { Lab } from '../support/lab.ts';

let lab: Lab;
let receiver: EventReceiver;
let folder: string;
afterEach(async () => {
  await lab.close();
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

const git = async (...args: string[]) =>
  (
    await promisify(execFile)('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args])
  ).stdout.trim();

it('an event that was lost comes again, one that was not taken is tried again, and the commit is tagged', async () => {
  folder = await mkdtemp(join(tmpdir(), 'backout-events-'));
  const [clone, remote] = [join(folder, 'clone'), join(folder, 'listings.git')];
  await git('init', '--quiet', '--bare', remote);
  await git('init', '--quiet', clone);
  await git('-C', clone, 'commit', '--quiet', '--allow-empty', '-m', '1.5.0');
  await git('-C', clone, 'push', '--quiet', remote, 'HEAD:refs/tags/v1.5.0');

  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'a-token-of-many-letters\n');
  receiver = await startEventReceiver({ token: 'a-token-of-many-letters' });
  receiver.mishaps.push('lost', { status: 503 });
  lab = await openLab({
    file: { events: { url: receiver.url, token: { file: tokenFile } } },
    environment: { git: { remote } },
  });
  const rollback = await lab.start();
  const { result, failure } = await rollback.ended();
  expect(failure).toBeNull();

  expect(receiver.refused).toEqual([]);
  const { runId, aftercare } = await rollback.status();
  const ids = receiver.events.map(({ id }) => id);
  expect([...new Set(ids)].toSorted()).toEqual(
    ['incident.detected', 'incident.resolved', 'service.rolledback'].map((kind) => `${runId}/${kind}`),
  );
  expect(ids).toHaveLength(4);
  const rolledBack = receiver.events.find(({ type }) => type === 'dev.cdevents.service.rolledback.0.3.0');
  expect(rolledBack).toMatchObject({
    subject: lab.service,
    time: result?.trafficSafeAt,
    data: { subject: { content: { artifactId: `pkg:generic/${lab.service}@1.4.0` } } },
  });

  const tag = await git('-C', remote, 'tag', '--list', 'rollback/*');
  expect(tag).toMatch(new RegExp(`^rollback/${lab.service}/1\\.5\\.0/\\d{8}T\\d{6}Z$`));
  expect(await git('-C', remote, 'rev-parse', `${tag}^{commit}`)).toBe(
    await git('-C', remote, 'rev-parse', 'v1.5.0'),
  );
  expect(aftercare?.tag).toEqual({
    done: true,
    at: expect.any(String),
    what: `Tag ${tag} in ${remote} marks v1.5.0 as rolled back.`,
  });
  const report = await readFile(join(result?.incidentFolder ?? '', 'INCIDENT_REPORT.md'), 'utf8');
  expect(report).toContain('1.5.0 in production is blocked from deployment.');
  expect(report).toContain('marks v1.5.0 as rolled back');
  expect(report).toMatch(/- \[x\] green \(1\.5\.0\) kept from being deployed again — backout block, 20/);
  expect(report).toMatch(/- \[x\] green \(1\.5\.0\) tagged as faulty in git — backout, 20/);
});
