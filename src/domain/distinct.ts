/** Each once, by what tells two apart; the first stays. */
export function distinctBy<Item>(items: Item[], keyOf: (item: Item) => string): Item[] {
  const keys = items.map(keyOf);
  return items.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}
