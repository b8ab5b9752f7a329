/** The live state of a blue/green service: site file, answers, processes, health, and what the last rollback left. */
import type { Observation, ObservedRelease } from '../../../src/domain/plan.ts';
import type { Colour } from '../../../src/domain/targets/nginx-blue-green.ts';
import type { HttpAnswer } from '../../http/probe.ts';
import type { TargetState } from '../../lock/lock.ts';
import type { SiteFile } from '../../nginx/driver.ts';
import type { Inspection } from '../../process/driver.ts';
import { MARKER, parseMarker } from '../marker.ts';
import type { Marker } from '../marker.ts';
import { answerShares, weightHeaders } from './answers.ts';
import type { Ports } from './ports.ts';

/** Requests that planning sends to see who serves. Few: this is on the way to safety. */
const PLANNING_REQUESTS = 5;

export type Live = {
  site: SiteFile;
  state: TargetState;
  marker: Marker | null;
  releases: ObservedRelease[];
  observation: Observation;
};

/** Reads everything side by side, in one command where it can. Changes nothing. */
export async function readLive(ports: Ports, signal?: AbortSignal): Promise<Live> {
  const { settings, reading } = ports;
  const names = Object.keys(settings.colours);
  const [site, state, answers, colours] = await Promise.all([
    reading.nginx.read(),
    reading.lock.readState(),
    reading.front(PLANNING_REQUESTS, signal),
    Promise.all(names.map((name) => readColour(ports, name, signal))),
  ]);
  const shares = answerShares(answers, settings);
  const releases = names.map((name, index): ObservedRelease => {
    const colour = colours[index] ?? UNKNOWN;
    return {
      name,
      version: colour.version,
      configured: site.releases[name] ?? 'absent',
      answerShare: shares[name] ?? null,
      process: colour.process,
      health: colour.health,
      detail: colour.detail,
    };
  });
  const notes = [
    siteNote(site),
    ...weightHeaders(answers[0], settings),
    ...answers.flatMap((answer) =>
      answer.ok ? [] : [`${settings.probe.url} did not answer: ${answer.error}`],
    ),
  ];
  return {
    site,
    state,
    marker: parseMarker(state.records[MARKER] ?? null),
    releases,
    observation: { at: new Date().toISOString(), releases, notes: [...new Set(notes)] },
  };
}

/** Says by its digest which site file was seen. */
export const siteNote = ({ realPath, sha256 }: SiteFile) => `${realPath}: sha256 ${sha256}`;

type ColourState = Pick<ObservedRelease, 'version' | 'process' | 'health' | 'detail'>;
const UNKNOWN: ColourState = {
  version: null,
  process: 'unknown',
  health: 'unknown',
  detail: 'not looked at',
};

/** What a colour says of itself now. Changes nothing. */
export async function readColour(ports: Ports, name: string, signal?: AbortSignal): Promise<ColourState> {
  const colour = ports.colour(name);
  const [inspection, answer, version] = await Promise.all([
    ports.reading.process(name).inspect(),
    ports.reading.http.get(colour.url + ports.healthPath, { ...(signal ? { signal } : {}) }),
    readVersion(ports, colour, signal),
  ]);
  return {
    version: version ?? versionFromHeader(colour, answer),
    process: inspection.state,
    health: isHealthy(answer) ? 'healthy' : 'unhealthy',
    detail: `${describeInspection(inspection)}; ${ports.healthPath} ${describeAnswer(answer)}`,
  };
}

const isHealthy = (answer: HttpAnswer) => answer.ok && answer.status >= 200 && answer.status < 300;

function describeInspection({ state, pids }: Inspection): string {
  return pids.length === 0 ? `process ${state}` : `process ${state}, pid ${pids.join(', ')}`;
}

export function describeAnswer(answer: HttpAnswer): string {
  return answer.ok ? `answers ${answer.status}` : `does not answer: ${answer.error}`;
}

function versionFromHeader({ version }: Colour, answer: HttpAnswer): string | null {
  if (version === undefined || !('header' in version) || !answer.ok) return null;
  return answer.headers[version.header.toLowerCase()] ?? null;
}

/** The version from its own place; null where it can't be read, which is no reason to stop. */
async function readVersion(
  { reading: { host, http } }: Ports,
  { url, version }: Colour,
  signal?: AbortSignal,
): Promise<string | null> {
  if (version === undefined || 'header' in version) return null;
  if ('file' in version) {
    const { exitCode, stdout } = await host.run(['cat', '--', version.file]);
    return exitCode === 0 ? shortText(stdout) : null;
  }
  const answer = await http.get(url + version.path, signal ? { signal } : {});
  if (!answer.ok || answer.status !== 200) return null;
  return version.json === undefined ? shortText(answer.body) : jsonField(answer.body, version.json);
}

function shortText(text: string): string | null {
  const line = text.trim().split('\n')[0]?.trim() ?? '';
  return line === '' ? null : line.slice(0, 200);
}

function jsonField(body: string, field: string): string | null {
  try {
    const value: unknown = (JSON.parse(body) as Record<string, unknown>)[field];
    return typeof value === 'string' || typeof value === 'number' ? shortText(String(value)) : null;
  } catch {
    return null;
  }
}
