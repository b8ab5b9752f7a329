/** How seen and allowed values are written in a check's detail: always with their unit. */

/** 5230 → "5.2 s" */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** 0.0123 → "1.23 %" */
export function percent(share: number): string {
  return `${decimals(share * 100, 4)} %`;
}

/** 3 → "3,000 ms" */
export function milliseconds(inSeconds: number): string {
  return `${decimals(inSeconds * 1000, 1)} ms`;
}

/** 12.5 → "12.5 requests/s" */
export function perSecond(rate: number): string {
  return `${decimals(rate, 3)} requests/s`;
}

/** 1, "line" → "1 line"; 2, "line" → "2 lines" */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The last `limit` characters of a tool's output, as one line. */
export function lastWords(output: string, limit: number): string {
  const line = output.trim().replace(/\s+/g, ' ');
  return line.length <= limit ? line : `…${line.slice(-limit)}`;
}

function decimals(value: number, digits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
