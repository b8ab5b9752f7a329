/** Times, durations and sizes as people read them. JSON keeps ISO 8601, milliseconds and bytes. */

/** `2026-11-21 04:15:09 UTC`, of an ISO 8601 time in any zone. */
export function formatTime(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `412 ms`, `12.3 s`, `4 min 5 s`, `2 h 0 min 7 s`. A negative one (clocks that differ) keeps its sign. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const parts = [`${Math.floor(seconds / 60) % 60} min`, `${seconds % 60} s`];
  return seconds < 3600 ? parts.join(' ') : [`${Math.floor(seconds / 3600)} h`, ...parts].join(' ');
}

/** `734 B`, `12.3 kB`, `50.0 MB`: powers of ten. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `100 %`, `12.5 %`, of a share from 0 to 1. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
