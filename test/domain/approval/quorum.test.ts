/** Seats are filled by different people, as many as can be. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillSeats } from '../../../src/domain/approval/quorum.ts';

const seat = (...people: string[]) => ({ people });

test('somebody who fits two seats moves to the one that nobody else can take', () => {
  expect(fillSeats([seat('lea', 'rob'), seat('lea')], ['lea', 'rob'])).toEqual(['rob', 'lea']);
});

test('one person never fills two seats', () => {
  expect(fillSeats([seat('lea'), seat('lea')], ['lea', 'lea'])).toEqual(['lea', null]);
});

test('somebody who fits no seat changes nothing', () => {
  expect(fillSeats([seat('lea')], ['dan', 'lea'])).toEqual(['lea']);
});

const someone = fc.constantFrom('a', 'b', 'c', 'd');

/** Tries every way to seat them. */
function most(seats: { people: string[] }[], people: string[]): number {
  const [first, ...rest] = seats;
  if (first === undefined) return 0;
  const taken = people
    .filter((person) => first.people.includes(person))
    .map(
      (person) =>
        1 +
        most(
          rest,
          people.filter((other) => other !== person),
        ),
    );
  return Math.max(most(rest, people), ...taken);
}

test('as many seats are filled as any way of seating could fill, each by somebody who may', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ people: fc.uniqueArray(someone) }), { maxLength: 4 }),
      fc.uniqueArray(someone),
      (seats, people) => {
        const sitting = fillSeats(seats, people);
        const filled = sitting.filter((person) => person !== null);
        expect(new Set(filled).size).toBe(filled.length);
        expect(filled.length).toBe(most(seats, people));
        for (const [index, person] of sitting.entries()) {
          if (person !== null) expect(seats[index]?.people).toContain(person);
        }
      },
    ),
  );
});
