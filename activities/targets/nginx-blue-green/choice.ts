/** From which colour to which: the choice that every target shares, with what only this kind of target can tell. */
import { FREE } from '../../../src/domain/blocks/block.ts';
import { chooseReleases, versionOf } from '../choose.ts';
import type { Choice, Situation } from '../choose.ts';
import { MARKER } from '../marker.ts';
import type { Live } from './observe.ts';
import type { Ports } from './ports.ts';

/** @throws BackoutFailure as `chooseReleases` does */
export async function chooseColours(
  { nginx, lock, host, blocks }: Ports,
  { site, releases, marker }: Live,
  { kind, request }: Pick<Situation, 'kind' | 'request'>,
): Promise<Choice> {
  const versions = releases.map((release) => versionOf(release, marker));
  const known = await blocks(versions.filter((version) => version !== null));
  const absent = releases.filter(({ configured }) => configured === 'absent');
  const choice = chooseReleases({
    kind,
    releases,
    marker,
    request,
    record: `${lock.recordPath(MARKER)} on ${host.name}`,
    absences: Object.fromEntries(absent.map(({ name }) => [name, nginx.notInUpstream(site, name).parts])),
    blocks: Object.fromEntries(
      releases.map(({ name }, index) => [name, known.states[versions[index] ?? ''] ?? FREE]),
    ),
  });
  return known.problem === null ? choice : { ...choice, warnings: [...choice.warnings, known.problem] };
}
