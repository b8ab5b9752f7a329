/** `backout doctor`: could we roll back right now? Looks at everything on the way, from here to nginx; changes nothing. */
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { loadClientSettings } from '../../config/client.ts';
import type { TemporalSettings } from '../../config/temporal.ts';
import { BackoutFailure } from '../../domain/failure.ts';
import { lookAtConfiguration, placesOf } from '../doctor/configuration.ts';
import type { Place } from '../doctor/configuration.ts';
import { exitCodeFor } from '../doctor/diagnosis.ts';
import type { Line, Section } from '../doctor/diagnosis.ts';
import { asJson, renderSection, renderSummary } from '../doctor/render.ts';
import { lookAtTargets, notLookedAt } from '../doctor/targets.ts';
import { lookAtNamespace, reachTemporal } from '../doctor/temporal.ts';
import { lookAtTaskQueue } from '../doctor/workers.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';

export type DoctorOptions = GlobalOptions & {
  /** Default: all. */
  service?: string;
  /** Default: all of the service's. */
  env?: string;
  json?: boolean;
};

type DoctorIo = Pick<Io, 'out' | 'env' | 'colours' | 'signal'>;

/** @throws BackoutFailure UnknownService when the service or environment asked for is not configured */
export async function doctor(options: DoctorOptions, io: DoctorIo): Promise<number> {
  const sections: Section[] = [];
  // Printed as they come: who waits for a host that hangs sees what is good already.
  for await (const section of examine(options, io)) {
    if (io.signal.aborted) return EXIT.interrupted;
    sections.push(section);
    if (!options.json) io.out(renderSection(section, io.colours));
  }
  io.out(
    options.json ? `${JSON.stringify(asJson(sections), null, 2)}\n` : renderSummary(sections, io.colours),
  );
  return exitCodeFor(sections);
}

async function* examine(options: DoctorOptions, { env, signal }: DoctorIo): AsyncGenerator<Section> {
  const { config, section } = await lookAtConfiguration(options, env);
  yield section;
  const settings = config?.temporal ?? (await clientSettings(options, env));
  if ('mark' in settings) {
    yield { area: 'temporal', title: 'Temporal', lines: [settings] };
    return;
  }
  const wanted = { service: options.service, environment: options.env };
  const places = placesOf(config, wanted, settings.taskQueue);

  const { connection, line } = await reachTemporal(settings, env);
  if (connection === null) {
    yield { area: 'temporal', title: 'Temporal', lines: [line] };
    return;
  }
  try {
    const lines = await lookAtNamespace(connection, settings.namespace);
    yield { area: 'temporal', title: 'Temporal', lines: [line, ...lines] };
    if (lines.some(({ mark }) => mark === 'problem')) return;
    yield* examinePlaces({ connection, places, namespace: settings.namespace, signal });
  } finally {
    await connection.close();
  }
}

type Examination = { connection: Connection; places: Place[]; namespace: string; signal: AbortSignal };

async function* examinePlaces(parts: Examination): AsyncGenerator<Section> {
  const { connection, places, namespace, signal } = parts;
  const queues = [...new Set(places.map(({ taskQueue }) => taskQueue))];
  const lines = await Promise.all(
    queues.map((taskQueue) => lookAtTaskQueue(connection, { namespace, taskQueue })),
  );
  yield { area: 'workers', title: 'Workers', lines };
  const polled = queues.filter((_queue, index) => lines[index]?.mark === 'ok');
  const client = new Client({ connection, namespace });
  const asked = places.map((place) =>
    polled.includes(place.taskQueue) ? lookAtTargets(client, place, signal) : [notLookedAt(place)],
  );
  for (const answer of asked) yield* await answer;
}

/** Where Temporal is, even with a file of which another part is wrong; or why that is not known. */
async function clientSettings(
  { config: path, address, namespace }: GlobalOptions,
  env: NodeJS.ProcessEnv,
): Promise<TemporalSettings | Line> {
  try {
    return (await loadClientSettings({ path, flags: { address, namespace }, env })).temporal;
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    const { what, next } = error.parts;
    return { mark: 'problem', name: 'address', detail: `not known: ${what.trimEnd()}`, fix: next };
  }
}
