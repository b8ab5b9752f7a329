/** Which known name somebody probably meant. */

/** The known name with the fewest typing mistakes in between, or null when none is close enough to suggest. */
export function nearest(written: string, known: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(written.length / 3));
  const ranked = known
    .map((name) => ({ name, distance: typingDistance(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

/** "did you mean x?", else the list of what there is. */
export function suggest(written: string, known: readonly string[]): string {
  const meant = nearest(written, known);
  if (meant !== null) return `did you mean ${meant}?`;
  return known.length === 0 ? 'nothing can be set here' : `known here: ${known.join(', ')}`;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function typingDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const costs = [
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      ];
      if (swapped) costs.push(at(beforeLast, column - 2) + 1);
      current.push(Math.min(...costs));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

const at = (row: number[], column: number) => row[column] ?? Infinity;
