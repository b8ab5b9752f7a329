/** Asking a service over HTTP, each time on a new connection, as a new user would. */

export type HttpAnswer =
  | {
      ok: true;
      status: number;
      /** Names in lower case; of a header that came several times, the values joined by a comma. */
      headers: Record<string, string>;
      body: string;
      durationMs: number;
    }
  /** Refused, cut, or silent: for a health check that is an answer, too. */
  | { ok: false; error: string; durationMs: number };

export type HttpOptions = {
  headers?: Record<string, string>;
  /** Default 5 s. */
  timeoutMs?: number;
  signal?: AbortSignal;
};

export type HttpProbe = {
  get(url: string, options?: HttpOptions): Promise<HttpAnswer>;
  /** The same request several times, one after the other. */
  getMany(url: string, count: number, options?: HttpOptions): Promise<HttpAnswer[]>;
};

export const DEFAULT_HTTP_TIMEOUT_MS = 5000;
/** Of a body, this much is read. */
export const MAX_BODY_BYTES = 65_536;
