/**
 * One self-contained configuration out of `nginx -T`, with one file replaced: so a changed site file can be tested
 * beside the live one, before anything is moved. Includes are pasted in, as nginx itself reads them.
 */
import { dirname, isAbsolute, join } from 'node:path';
import picomatch from 'picomatch';
import { NginxSyntaxError, parseNginx } from './parse.ts';
import type { Directive } from './parse.ts';
import { flatten } from './upstream.ts';

/** The files of a configuration in the order in which nginx first read them. */
export type Dump = Map<string, string>;

const MARK = /^# configuration file (.+):$/;

/** From the standard output of `nginx -T`. The first file is the main one. */
export function parseDump(output: string): Dump {
  const files: Dump = new Map();
  let lines: string[] = [];
  let path: string | null = null;
  const keep = () => {
    if (path !== null) files.set(path, lines.join('\n'));
  };
  // nginx puts one line end after each file's own last one.
  for (const line of output.replace(/\n$/, '').split('\n')) {
    const mark = MARK.exec(line);
    if (mark) {
      keep();
      path = mark[1] ?? null;
      lines = [];
    } else lines.push(line);
  }
  keep();
  return files;
}

/** Where this configuration has nginx write its process ID, as written there; null where it is the built-in place. */
export function pidFileOf(dump: Dump): string | null {
  for (const text of dump.values()) {
    const pid = topLevel(text).find(({ name }) => name === 'pid');
    if (pid) return pid.args[0]?.value ?? null;
  }
  return null;
}

/** What we can't read names nothing. */
function topLevel(text: string): Directive[] {
  try {
    return parseNginx(text);
  } catch (error) {
    if (error instanceof NginxSyntaxError) return [];
    throw error;
  }
}

/**
 * The whole configuration as one text, with the content of `replaced.paths` (the site file under any of its names)
 * being `replaced.text`. Null when nginx does not read that file at all, or when we can't follow its includes.
 */
export function flattenDump(dump: Dump, replaced: { paths: string[]; text: string }): string | null {
  const [main] = dump.keys();
  if (main === undefined || !replaced.paths.some((path) => dump.has(path))) return null;
  const folder = dirname(main);
  const paste = (path: string): string => {
    const text = replaced.paths.includes(path) ? replaced.text : (dump.get(path) ?? '');
    let result = '';
    let at = 0;
    for (const include of includes(text)) {
      result +=
        text.slice(at, include.start) +
        included(dump, folder, include)
          .map((file) => paste(file))
          .join('\n');
      at = include.end;
    }
    return result + text.slice(at) + '\n';
  };
  try {
    return paste(main);
  } catch (error) {
    // nginx itself takes what a module of its own understands.
    if (error instanceof NginxSyntaxError) return null;
    throw error;
  }
}

function includes(text: string): Directive[] {
  return flatten(parseNginx(text)).filter(({ name, block }) => name === 'include' && block === null);
}

/** The dumped files that an include directive means; relative paths start at the main file's folder. */
function included(dump: Dump, folder: string, { args }: Directive): string[] {
  const pattern = args[0]?.value ?? '';
  const absolute = isAbsolute(pattern) ? pattern : join(folder, pattern);
  if (dump.has(absolute)) return [absolute];
  const matches = picomatch(absolute, { dot: false, nobrace: true, noextglob: true, noglobstar: true });
  return [...dump.keys()].filter((path) => matches(path)).sort();
}
