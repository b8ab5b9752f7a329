/** How people and lists of them are written in sentences. */
import type { Assurance } from '../messages.ts';
import type { Person } from './people.ts';

/** `anna (Anna Ax)`, or `anna` where that is all there is; a name that is nobody's as it was given. */
export function describePerson(people: Person[], id: string): string {
  const person = people.find((one) => one.id === id);
  return person === undefined || person.name === id ? id : `${id} (${person.name})`;
}

/** `anna (Anna Ax), ben or cara`. */
export function describePeople(people: Person[], ids: string[]): string {
  return listed(
    ids.map((id) => describePerson(people, id)),
    'or',
  );
}

/** `a, b and c`; `nobody` for none. */
export function listed(words: string[], last: 'and' | 'or'): string {
  if (words.length <= 1) return words[0] ?? 'nobody';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** `declared, not verified`, or `signed with the key SHA256:…`. */
export function describeAssurance({ assurance, key }: { assurance: Assurance; key?: string }): string {
  if (assurance === 'declared') return 'declared, not verified';
  return key === undefined ? 'signed' : `signed with the key ${key}`;
}
