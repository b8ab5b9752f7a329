/** What must fit together in the settings, so that no rollback finds out at night that nobody can approve it. */
import type * as z from 'zod';
import { resolveReferences, sameName } from './people.ts';
import type { Directory } from './people.ts';
import { fillSeats } from './quorum.ts';

/** What is looked at here, of the settings. */
type Checked = Directory & {
  rules: {
    approvers: { from: string[]; count: number }[];
    tell: string[];
    assurance: 'declared' | 'signed';
    restore: { from?: string[] | undefined; assurance?: 'declared' | 'signed' | undefined };
  }[];
  breakGlass: string[];
  signing?: unknown;
};

export function checkSettings(settings: Checked, context: z.RefinementCtx): void {
  const complain = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path, message });

  for (const { name, path } of doubleNames(settings)) {
    complain(path, `"${name}" is also a name of somebody else`);
  }
  for (const { name, path } of doublePrincipals(settings)) {
    complain([...path, 'principal'], `"${name}" is also the principal of somebody else`);
  }
  for (const { reference, path } of allReferences(settings)) {
    const why = whyMeaningless(settings, reference);
    if (why !== null) complain(path, why);
  }
  for (const [index, rule] of settings.rules.entries()) {
    const seats = rule.approvers.flatMap(({ from, count }) =>
      Array<{ people: string[] }>(count).fill({ people: resolveReferences(settings, from) }),
    );
    const taken = fillSeats(seats, Object.keys(settings.people)).filter((person) => person !== null).length;
    if (taken < seats.length) {
      complain(
        ['rules', index, 'approvers'],
        `needs ${seats.length} different people, and only ${taken} can give it`,
      );
    }
    if ([rule.assurance, rule.restore.assurance].includes('signed') && settings.signing === undefined) {
      complain(['signing'], `is needed: rule ${index + 1} demands signatures`);
    }
  }
}

/** Who has the key of one could approve for both. */
function* doublePrincipals({ people }: Directory): Generator<{ name: string; path: PropertyKey[] }> {
  const owners = new Map<string, string>();
  for (const [id, { principal = id }] of Object.entries(people)) {
    if (owners.has(principal)) yield { name: principal, path: ['people', id] };
    owners.set(principal, id);
  }
}

function* doubleNames({ people }: Directory): Generator<{ name: string; path: PropertyKey[] }> {
  const owners = new Map<string, string>();
  for (const [id, { name, aliases }] of Object.entries(people)) {
    for (const one of [id, ...(name === undefined ? [] : [name]), ...aliases]) {
      const owner = owners.get(sameName(one));
      if (owner !== undefined && owner !== id) yield { name: one, path: ['people', id] };
      owners.set(sameName(one), owner ?? id);
    }
  }
}

function allReferences(settings: Checked): { reference: string; path: PropertyKey[] }[] {
  const at = (path: PropertyKey[], references: string[] | undefined) =>
    (references ?? []).map((reference, index) => ({ reference, path: [...path, index] }));
  return [
    ...Object.entries(settings.groups).flatMap(([name, members]) => at(['groups', name], members)),
    ...settings.rules.flatMap((rule, index) => [
      ...rule.approvers.flatMap(({ from }, entry) => at(['rules', index, 'approvers', entry, 'from'], from)),
      ...at(['rules', index, 'tell'], rule.tell),
      ...at(['rules', index, 'restore', 'from'], rule.restore.from),
    ]),
    ...at(['breakGlass'], settings.breakGlass),
  ];
}

function whyMeaningless({ people, groups }: Directory, reference: string): string | null {
  if (reference.startsWith('role:')) {
    const role = reference.slice('role:'.length);
    const known = Object.values(people).some(({ roles }) => roles.includes(role));
    return known ? null : `nobody under \`people\` has the role "${role}"`;
  }
  if (reference.startsWith('group:')) {
    const group = reference.slice('group:'.length);
    return Object.hasOwn(groups, group) ? null : `there is no group "${group}" under \`groups\``;
  }
  return Object.hasOwn(people, reference) ? null : `there is nobody "${reference}" under \`people\``;
}
