/** What the full reading of a backup brought to light. Pure. */

export type Contents = {
  /** `name.schema`, as pg_dump's comments have them. */
  tables: string[];
  /** Every role that a restore refers to. */
  roles: string[];
  /** Whether there are rows, or tables that had none. */
  hasRows: boolean;
  /** It says so at its end. Archives have no such line: their reader tells. */
  complete: boolean;
  /** It ends amidst rows. */
  cutInRows: boolean;
  /** It has `\restrict`, which older psql refuses. */
  restrict: boolean;
  /** It begins by dropping what an empty database does not have (`--clean` without `--if-exists`). */
  drops: boolean;
  /** It leaves the database that it is restored into for one of its own (`--create`). */
  connects: boolean;
  /** The database that it was made from, where it says so. */
  database: string | null;
  /** The server's version that it was made from. */
  serverVersion: string | null;
};

/** The lines of DIGEST. */
export function parseDigest(text: string): Contents {
  const facts = text.split('\n').map((line) => {
    const tab = line.indexOf('\t');
    return [line.slice(0, tab), line.slice(tab + 1)] as const;
  });
  const all = (key: string) => facts.filter(([name]) => name === key).map(([, value]) => value);
  const yes = (key: string) => all(key).includes('yes');
  return {
    tables: all('table'),
    roles: [...new Set(all('role').flatMap(splitRoles))].filter(isRole),
    hasRows: yes('rows'),
    complete: yes('complete'),
    cutInRows: yes('copying'),
    restrict: yes('restrict'),
    drops: yes('drops'),
    connects: all('connect').length > 0,
    database: all('connect').map(connectedTo)[0] ?? null,
    serverVersion: null,
  };
}

/** `a, "B c"` */
function splitRoles(text: string): string[] {
  return (text.match(/"(?:[^"]|"")*"|[^,\s]+/g) ?? []).map(unquoted);
}

const isRole = (name: string) => !/^(PUBLIC|CURRENT_USER|SESSION_USER|CURRENT_ROLE|GROUP)$/.test(name);

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** `\connect shop`, or `\connect -reuse-previous=on "dbname='a=b'"` for odd names. */
function connectedTo(text: string): string {
  const odd = /dbname='((?:[^'\\]|\\.)*)'/.exec(text)?.[1];
  if (odd !== undefined) return odd.replace(/\\(.)/g, '$1').replaceAll('""', '"');
  return unquoted(text.trim());
}

/** The header and the entries that `pg_restore -l` prints. */
export function parseList(text: string): Pick<Contents, 'database' | 'serverVersion' | 'hasRows'> {
  return {
    database: /^;\s+dbname: (.*)$/m.exec(text)?.[1] ?? null,
    serverVersion: /^;\s+Dumped from database version: (\d+[.\w]*)/m.exec(text)?.[1] ?? null,
    hasRows: /^\d+; \d+ \d+ TABLE DATA /m.test(text),
  };
}
