/** Where a vendor's API is. Pure. */

/** The base URL, which may have a path of its own, and a path below it. */
export function endpoint(base: string, path: string): URL {
  return new URL(`${base.replace(/\/+$/, '')}/${path}`);
}
