/** Reads what `/api/v1/query` answers. A query must give exactly one number; everything else has its own name. */

export type QueryAnswer =
  /** Never NaN; may be infinite. */
  | { kind: 'value'; value: number }
  /** No series, or NaN: nothing was measured. Not zero. */
  | { kind: 'no-data'; why: string }
  /** Prometheus warns that this may be only a part. */
  | { kind: 'partial'; why: string }
  /** May heal: no answer, or overloaded. */
  | { kind: 'unavailable'; why: string }
  /** Asking again won't help: a wrong query, address or token. */
  | { kind: 'refused'; why: string };

type Body = {
  status?: unknown;
  error?: unknown;
  warnings?: unknown;
  data?: { resultType?: unknown; result?: unknown };
};

type Sample = { value?: unknown[] };

/** What an HTTP answer of Prometheus means. */
export function readAnswer(status: number, text: string): QueryAnswer {
  const body = parseJson(text);
  if (status !== 200 || body?.status !== 'success') return readError(status, text, body);
  const values = readValues(body.data);
  if (typeof values === 'string') return { kind: 'refused', why: values };
  const warnings = listWarnings(body.warnings);
  if (warnings.length > 0) return { kind: 'partial', why: warnings.join('; ') };
  if (values.length > 1) {
    return {
      kind: 'refused',
      why: `the query gave ${values.length} series instead of one: put sum(), or what fits, around it`,
    };
  }
  const [value] = values;
  if (value === undefined) return { kind: 'no-data', why: 'the query gave no series' };
  if (Number.isNaN(value)) return { kind: 'no-data', why: 'the query gave NaN' };
  return { kind: 'value', value };
}

function readError(status: number, text: string, body: Body | null): QueryAnswer {
  const said = typeof body?.error === 'string' ? body.error : text;
  const why = `it answered ${status}: ${said.trim().replace(/\s+/g, ' ').slice(0, 300) || '(nothing)'}`;
  if (status === 429 || status >= 500) return { kind: 'unavailable', why };
  if (status === 401 || status === 403) return { kind: 'refused', why: `${why} (is bearerToken right?)` };
  if (body === null) return { kind: 'refused', why: `${why} (is this the address of Prometheus?)` };
  return { kind: 'refused', why };
}

/** The numbers of an instant vector or scalar, or what is wrong with the answer. */
function readValues(data: Body['data']): number[] | string {
  const result = Array.isArray(data?.result) ? (data.result as unknown[]) : [];
  if (data?.resultType === 'scalar') return [readNumber(result[1])];
  if (data?.resultType === 'vector') return result.map((sample) => readNumber((sample as Sample).value?.[1]));
  return `one number is needed, but the query gave: ${String(data?.resultType)}`;
}

/** Prometheus writes numbers as strings, and infinity as "+Inf". */
function readNumber(value: unknown): number {
  if (value === '+Inf') return Infinity;
  if (value === '-Inf') return -Infinity;
  return typeof value === 'string' && value !== '' ? Number(value) : NaN;
}

/** Remarks on style, which some versions send as warnings ("PromQL info: …"), don't make an answer partial. */
function listWarnings(warnings: unknown): string[] {
  if (!Array.isArray(warnings)) return [];
  return warnings.map(String).filter((warning) => !warning.startsWith('PromQL info:'));
}

function parseJson(text: string): Body | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : null;
  } catch {
    return null;
  }
}
