/** Whether the settings under `escalation` fit together: better found by `backout check` than by a page that never comes. */
import { membersKnown } from '../domain/escalation/references.ts';
import { defaultMinutes, routesOf } from '../domain/escalation/policy.ts';
import type { EscalationSettings, LevelSettings } from '../domain/escalation/settings.ts';
import { suggest } from './nearest.ts';
import type { ConfigPath, Problem } from './problems.ts';
import type { BackoutFile } from './schema.ts';

/** Channels and people that are not there, and levels that are not in the order of their times. */
export function impossibleEscalations(file: BackoutFile): Problem[] {
  return placesOf(file).flatMap(({ path, settings, channels }) =>
    (settings.levels ?? []).flatMap((level, index, levels) => {
      const at = [...path, 'levels', index];
      return [
        ...unknownChannels(level, channels).map(({ name, where }) => ({
          path: [...at, ...where],
          message: `there is no channel "${name}" under escalation.channels; ${suggest(name, channels)}`,
        })),
        ...level.people.flatMap((reference, position) => {
          const why = membersKnown(reference, file.approvals);
          return why === null ? [] : [{ path: [...at, 'people', position], message: why }];
        }),
        ...notAfter(levels, index).map((message) => ({
          path: level.afterMinutes === undefined ? at : [...at, 'afterMinutes'],
          message,
        })),
      ];
    }),
  );
}

/** Levels at which nobody could be paged: they are passed over at once. */
export function emptyLevels(file: BackoutFile): Problem[] {
  return placesOf(file).flatMap(({ path, settings }) =>
    (settings.levels ?? []).flatMap((level, index) =>
      routesOf(level).length > 0
        ? []
        : [
            {
              path: [...path, 'levels', index],
              message:
                'has no channel, so nobody can be paged here and the next level is, at once; name one under `channels`',
            },
          ],
    ),
  );
}

type Place = { path: ConfigPath; settings: EscalationSettings; channels: string[] };

function placesOf({ escalation, services }: BackoutFile): Place[] {
  const shared = Object.keys(escalation?.channels ?? {});
  const own = Object.entries(services).flatMap(([service, { environments }]) =>
    Object.entries(environments).map(([environment, { escalation: settings }]) => ({
      path: ['services', service, 'environments', environment, 'escalation'],
      settings,
    })),
  );
  return [{ path: ['escalation'], settings: escalation }, ...own].flatMap(({ path, settings }) =>
    settings === undefined
      ? []
      : [{ path, settings, channels: [...new Set([...shared, ...Object.keys(settings.channels)])] }],
  );
}

function unknownChannels(
  { channels, sideBySide }: LevelSettings,
  known: string[],
): { name: string; where: ConfigPath }[] {
  return [
    ...channels.map((name, index) => ({ name, where: ['channels', index] })),
    ...sideBySide.flatMap((route, first) =>
      route.map((name, second) => ({ name, where: ['sideBySide', first, second] })),
    ),
  ].filter(({ name }) => !known.includes(name));
}

function notAfter(levels: LevelSettings[], index: number): string[] {
  const before = levels[index - 1];
  if (before === undefined) return [];
  const minutes = levels[index]?.afterMinutes ?? defaultMinutes(index);
  const earlier = before.afterMinutes ?? defaultMinutes(index - 1);
  return minutes > earlier
    ? []
    : [`is paged after ${minutes} min, and the level before it after ${earlier} min; give it a later time`];
}
