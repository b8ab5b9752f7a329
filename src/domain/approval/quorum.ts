/** Distinct people for every seat: nobody counts twice, and nobody sits where somebody else is needed more. */

/**
 * Gives as many seats as possible to different people (a maximum bipartite matching).
 * @returns who sits on each seat, or null for a seat that stays empty. How many are filled does not depend on
 * the order of `people`.
 */
export function fillSeats(seats: { people: string[] }[], people: string[]): (string | null)[] {
  const sitting: (string | null)[] = seats.map(() => null);
  for (const person of new Set(people)) place(person, { seats, sitting, asked: new Set() });
  return sitting;
}

type Search = { seats: { people: string[] }[]; sitting: (string | null)[]; asked: Set<number> };

/** Seats a person, moving others to seats that suit them too. */
function place(person: string, search: Search): boolean {
  for (const [index, seat] of search.seats.entries()) {
    if (!seat.people.includes(person) || search.asked.has(index)) continue;
    search.asked.add(index);
    const sits = search.sitting[index] ?? null;
    if (sits === null || place(sits, search)) {
      search.sitting[index] = person;
      return true;
    }
  }
  return false;
}
