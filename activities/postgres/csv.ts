/** Rows as `psql --csv` writes them. */

/** `absent` is what psql was told to print for NULL. */
export function parseRows(text: string, absent: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^,\n]*))(,|\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain = '', end] = cell.exec(text) ?? [];
    row.push(quoted === undefined ? (plain === absent ? null : plain) : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
