/** Could this service be rolled back now? Every finding says what to do. Changes nothing. */
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { checkLog, logName } from '../../process/logs.ts';
import type { LogSource } from '../../process/logs.ts';
import type { Finding } from '../../../src/domain/readiness.ts';
import { readLive } from './observe.ts';
import type { Ports } from './ports.ts';

export async function checkReadiness(ports: Ports): Promise<Finding[]> {
  const { host, settings } = ports;
  const reachable = await finding(`host ${host.name}`, async () => {
    const { durationMs } = await host.run(['true']);
    return `answers in ${durationMs} ms`;
  });
  if (!reachable.ok) return [reachable];
  return [
    reachable,
    ...(await Promise.all([
      finding(`site file ${settings.site}`, async () => {
        const { releases, ownerAndMode, realPath } = await ports.nginx.read();
        const said = Object.entries(releases).map(([name, activity]) => `${name} ${activity}`);
        const absent = Object.entries(releases).filter(([, activity]) => activity === 'absent');
        if (absent.length > 0)
          throw new Error(`${absent.map(([name]) => name).join(', ')} not in the upstream`);
        return `${realPath}, ${ownerAndMode}: ${said.join(', ')}`;
      }),
      finding(ports.nginx.describe().test, async () => `passes, ${(await ports.nginx.dump()).size} files`),
      finding(`state directory ${settings.stateDirectory}`, () => writable(ports)),
      finding(`probe ${settings.probe.url}`, () => probe(ports)),
      ...Object.keys(settings.colours).map((name) =>
        finding(`start of ${name}`, () => startable(ports, name)),
      ),
      logs(ports),
    ])),
  ];
}

async function finding(name: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    if (error instanceof BackoutFailure)
      return { name, ok: false, detail: error.parts.what, fix: error.parts.next };
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Looks for the permission only: the directory is made by the first rollback. */
async function writable({ host, settings, lock }: Ports): Promise<string> {
  const script = 'd=$1; until [ -e "$d" ]; do d=$(dirname "$d"); done; [ -w "$d" ] && command -v flock';
  const { exitCode } = await host.run(['sh', '-c', script, 'backout', lock.directory]);
  if (exitCode === 0) return `${lock.directory} can be written, flock is there`;
  throw new BackoutFailure('PermissionDenied', {
    what: `${settings.stateDirectory} can't be written on ${host.name}, or flock is missing there.`,
    changed: 'Nothing was changed.',
    next: `Make it for the user that Backout logs in as (install -d -o USER ${settings.stateDirectory}), and install util-linux.`,
  });
}

async function probe(ports: Ports): Promise<string> {
  const { releases } = await readLive(ports);
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
async function logs({ host, settings, environment }: Ports): Promise<Finding> {
  const { systemLog } = environment.evidence;
  const sources: LogSource[] = [
    ...Object.values(settings.colours).flatMap((colour) => colour.logs),
    ...(settings.nginx.errorLog === undefined ? [] : [{ file: settings.nginx.errorLog }]),
    ...(systemLog === undefined
      ? []
      : ['file' in systemLog ? systemLog : ({ systemJournal: true } as const)]),
  ];
  const looked = await finding('logs', async () => {
    const answers = await Promise.all(
      sources.map(async (source) => ({ source, why: await checkLog(host, source) })),
    );
    const missing = answers.filter(({ why }) => why !== null);
    if (missing.length === 0)
      return sources.length === 0 ? 'none is configured' : `all ${sources.length} can be read`;
    throw new BackoutFailure('EvidenceNotWritten', {
      what: missing.map(({ source, why }) => `${logName(source)}: ${why}`).join('; '),
      changed: 'Nothing was changed.',
      next: 'A rollback works, but these will be missing in its evidence. Let the user that Backout logs in as read them.',
    });
  });
  return { ...looked, optional: true };
}
