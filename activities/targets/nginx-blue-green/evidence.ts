/** Keeping what the rollback is about to change or destroy. */
import { describeRelease } from '../../../src/domain/plan.ts';
import type { Observation } from '../../../src/domain/plan.ts';
import type { EvidenceSink } from '../../incident/folder.ts';
import { writeState } from '../../incident/state.ts';
import type { SiteFile } from '../../nginx/driver.ts';
import { describeLog, fetchLog, logName } from '../../process/logs.ts';
import type { LogSource } from '../../process/logs.ts';
import type { DriverProof, StepContext } from '../driver.ts';
import { readLive, siteNote } from './observe.ts';
import type { Ports } from './ports.ts';

const LOG_TIMEOUT_MS = 60_000;

/** What planning saw is the state before, if it saw it this lately. */
const FRESH_MS = 10_000;

/** The live state and the site file as they are now. Traffic waits for this, so nothing is asked twice. */
export async function captureBefore(
  ports: Ports,
  context: StepContext,
  sink: EvidenceSink,
): Promise<DriverProof> {
  const { site, observation } = await stateBefore(ports, context);
  const siteFile = Buffer.from(site.text, 'latin1');
  await Promise.all([writeState(sink, 'before', observation), sink.write('site-before.conf', siteFile)]);
  return {
    outcome: 'done',
    proof: `state-before.json, releases-before.txt and a copy of ${site.realPath} are kept`,
    details: observation.notes,
  };
}

async function stateBefore(
  ports: Ports,
  { observed, signal }: StepContext,
): Promise<{ site: SiteFile; observation: Observation }> {
  if (Math.abs(Date.now() - Date.parse(observed.at)) > FRESH_MS) return await readLive(ports, signal);
  const site = await ports.nginx.read();
  return observed.notes.includes(siteNote(site))
    ? { site, observation: observed }
    : await readLive(ports, signal);
}

/** The faulty release's logs, nginx's error log and the system log. One that can't be had does not lose the others. */
export async function captureLogs(
  ports: Ports,
  context: StepContext,
  sink: EvidenceSink,
): Promise<DriverProof> {
  const wanted = wantedLogs(ports, context.from.name);
  const kept = await Promise.all(wanted.map((log) => keepLog(ports, context, { ...log, sink })));
  const missing = kept.filter((said) => said !== null);
  return {
    outcome: 'done',
    proof: `${kept.length - missing.length} of ${kept.length} logs of ${describeRelease(context.from)} and its host are kept`,
    details: missing,
  };
}

type WantedLog = { source: LogSource; name: string };

function wantedLogs({ settings, environment, colour }: Ports, from: string): WantedLog[] {
  const { errorLog } = settings.nginx;
  const { systemLog } = environment.evidence;
  return [
    ...colour(from).logs.map((source) => ({ source, name: `faulty-${from}-${logName(source)}.log` })),
    ...(errorLog === undefined ? [] : [{ source: { file: errorLog }, name: 'nginx-error.log' }]),
    ...(systemLog === undefined
      ? []
      : [
          {
            source: 'file' in systemLog ? systemLog : ({ systemJournal: true } as const),
            name: 'system.log',
          },
        ]),
  ];
}

/** Returns why a log could not be kept, or null. */
async function keepLog(
  { host, environment }: Ports,
  { signal }: StepContext,
  { source, name, sink }: WantedLog & { sink: EvidenceSink },
): Promise<string | null> {
  const { maxBytesPerFile: maxBytes } = environment.evidence;
  const why = await fetchLog(host, source, {
    path: sink.path(name),
    maxBytes,
    timeoutMs: LOG_TIMEOUT_MS,
    signal,
  });
  if (why === null) {
    await sink.add(name, { gzip: true });
    return null;
  }
  const missing = `${describeLog(source)} could not be kept: ${why}`;
  await sink.write(`${name}.missing.txt`, `${missing}\n`);
  return missing;
}
