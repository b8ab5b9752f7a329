/** Who a name means. Names are typed by tired people: case and blanks make no difference. */

export type Person = { id: string; name: string; aliases: string[]; principal: string };

type Described = {
  name?: string | undefined;
  aliases: string[];
  roles: string[];
  principal?: string | undefined;
};
export type Directory = { people: Record<string, Described>; groups: Record<string, string[]> };

/** The form in which two ways to write a name are compared. */
export function sameName(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** Everybody, as a policy keeps them. */
export function everybody({ people }: Pick<Directory, 'people'>): Person[] {
  return Object.entries(people).map(([id, { name, aliases, principal }]) => ({
    id,
    name: name ?? id,
    aliases,
    principal: principal ?? id,
  }));
}

/** The one person who goes by this name. */
export function findPerson(people: Person[], name: string): Person | null {
  const wanted = sameName(name);
  return (
    people.find(({ id, name: full, aliases }) =>
      [id, full, ...aliases].some((one) => sameName(one) === wanted),
    ) ?? null
  );
}

/** The ids of the people that references mean, each once, in the order in which `people` has them. */
export function resolveReferences(directory: Directory, references: string[]): string[] {
  const direct = references.flatMap((reference) =>
    reference.startsWith('group:') ? membersOf(directory, reference.slice('group:'.length)) : [reference],
  );
  return Object.entries(directory.people)
    .filter(([id, { roles }]) => direct.includes(id) || roles.some((role) => direct.includes(`role:${role}`)))
    .map(([id]) => id);
}

function membersOf({ groups }: Directory, group: string): string[] {
  return Object.hasOwn(groups, group) ? (groups[group] ?? []) : [];
}

/** `on-call`, `group payments`, `anna`: a reference as people read it. */
export function describeReference(reference: string): string {
  if (reference.startsWith('role:')) return reference.slice('role:'.length);
  return reference.replace(/^group:/, 'group ');
}
