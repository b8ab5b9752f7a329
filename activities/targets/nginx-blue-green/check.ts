/** Could this service be rolled back now? Every finding says what to do. Changes nothing. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { checkLog, describeLog } from '../../process/logs.ts';
import type { LogSource } from '../../process/logs.ts';
import type { Finding } from '../../../src/domain/readiness.ts';
import type { SiteFile } from '../../nginx/driver.ts';
import { FREEZE, parseFreeze } from '../freeze.ts';
import {
  checkReloadable,
  checkReplaceable,
  checkStateDirectory,
  checkStoppable,
} from './check-permissions.ts';
import { checkRollback, checkVersions } from './check-rollback.ts';
import { finding, remark } from './finding.ts';
import { readLive } from './observe.ts';
import type { Live } from './observe.ts';
import type { Ports } from './ports.ts';

export async function checkReadiness(ports: Ports): Promise<Finding[]> {
  const { host, settings } = ports;
  const reachable = await finding(`host ${host.name}`, async () => {
    const { durationMs } = await host.run(['true']);
    return `answers in ${durationMs} ms`;
  });
  if (!reachable.ok) return [reachable];
  const [site, dump, live] = [ports.nginx.read(), ports.nginx.dump(), readLive(ports)];
  const findings = await Promise.all([
    finding(`site file ${settings.site}`, async () => siteFile(ports, await site)),
    whereSeen(site, (seen) => checkReplaceable(ports, seen)),
    finding(ports.nginx.describe().test, async () => `passes, ${(await dump).size} files`),
    whereSeen(dump, (seen) => checkReloadable(ports, seen)),
    checkStateDirectory(ports),
    finding(`probe ${settings.probe.url}`, async () => probe(ports, await live)),
    ...Object.keys(settings.colours).flatMap((name) => [
      finding(`start of ${name}`, () => startable(ports, name)),
      checkStoppable(ports, name),
    ]),
    remark('logs', () => logs(ports)),
    whereSeen(live, (seen) => checkVersions(ports, seen)),
    whereSeen(live, (seen) => checkRollback(ports, seen)),
  ]);
  return [reachable, ...findings.flat()];
}

/** What can't be read is a finding of its own: nothing more can be said then. */
async function whereSeen<Seen>(
  seen: Promise<Seen>,
  look: (seen: Seen) => Promise<Finding>,
): Promise<Finding[]> {
  const found = await seen.catch(() => null);
  return found === null ? [] : [await look(found)];
}

/** A colour that is not in it, or is commented out, is named with its line. */
function siteFile({ nginx }: Ports, site: SiteFile): string {
  const { releases, ownerAndMode, realPath } = site;
  const absent = Object.keys(releases).find((name) => releases[name] === 'absent');
  if (absent !== undefined) throw nginx.notInUpstream(site, absent);
  const said = Object.entries(releases).map(([name, activity]) => `${name} ${activity}`);
  return `${realPath}, ${ownerAndMode}: ${said.join(', ')}`;
}

function probe(ports: Ports, { releases, state }: Live): string {
  if (parseFreeze(state.records[FREEZE]) !== null)
    return 'tells nothing now: it is frozen, and nginx gives the maintenance answer';
  const answering = releases.filter(({ answerShare }) => answerShare !== null && answerShare > 0);
  if (answering.length > 0) return `answered by ${answering.map(({ name }) => name).join(' and ')}`;
  if (ports.settings.probe.identityHeader === undefined)
    return 'answers; who answers is told by the weight headers';
  throw new BackoutFailure('ProofFailed', {
    what: `No answer from ${ports.settings.probe.url} says who gave it (${ports.settings.probe.identityHeader}).`,
    changed: 'Nothing was changed.',
    next: 'Let nginx or the service send this header: without it the switch can not be proved.',
  });
}

async function startable(ports: Ports, name: string): Promise<string> {
  const [{ state, detail }, why] = await Promise.all([
    ports.process(name).inspect(),
    ports.process(name).whyNotStartable(),
  ]);
  if (state === 'running') return `runs (${detail})`;
  if (why === null) return `is ${state}, and can be started (${detail})`;
  throw new Error(`is ${state} and could not be started: ${why}`);
}

/** Evidence is not worth the traffic: a log that can't be had never holds up a rollback. */
async function logs({ host, settings, environment }: Ports): Promise<string> {
  const { systemLog } = environment.evidence;
  const sources: LogSource[] = [
    ...Object.values(settings.colours).flatMap((colour) => colour.logs),
    ...(settings.nginx.errorLog === undefined ? [] : [{ file: settings.nginx.errorLog }]),
    ...(systemLog === undefined
      ? []
      : ['file' in systemLog ? systemLog : ({ systemJournal: true } as const)]),
  ];
  const answers = await Promise.all(
    sources.map(async (source) => ({ source, why: await checkLog(host, source) })),
  );
  const missing = answers.filter(({ why }) => why !== null);
  if (missing.length === 0)
    return sources.length === 0 ? 'none is configured' : `all ${sources.length} can be read`;
  throw new BackoutFailure('EvidenceNotWritten', {
    what: missing.map(({ source, why }) => `${describeLog(source)}: ${why}`).join('; '),
    changed: 'Nothing was changed.',
    next: 'A rollback works, but these will be missing in its evidence. Let the user that Backout logs in as read them.',
  });
}
