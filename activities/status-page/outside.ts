/** What a status page needs of the worker and of the running activity. */
export type Outside = {
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  signal: AbortSignal;
  /** Of one request. Set in tests and by `doctor`. */
  timeoutMs?: number;
};
