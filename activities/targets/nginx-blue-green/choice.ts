/** From which colour to which: the choice that every target shares, with what only this kind of target can tell. */
import { chooseReleases } from '../choose.ts';
import type { Choice, Situation } from '../choose.ts';
import { MARKER } from '../marker.ts';
import type { Live } from './observe.ts';
import type { Ports } from './ports.ts';

/** @throws BackoutFailure as `chooseReleases` does */
export function chooseColours(
  { nginx, lock, host }: Ports,
  { site, releases, marker }: Live,
  { kind, request }: Pick<Situation, 'kind' | 'request'>,
): Choice {
  const absent = releases.filter(({ configured }) => configured === 'absent');
  return chooseReleases({
    kind,
    releases,
    marker,
    request,
    record: `${lock.recordPath(MARKER)} on ${host.name}`,
    absences: Object.fromEntries(absent.map(({ name }) => [name, nginx.notInUpstream(site, name).parts])),
  });
}
