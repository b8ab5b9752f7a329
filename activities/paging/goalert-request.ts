/** A page as GoAlert's generic API takes it. Pure. */
import { CUT_NOTE, pageText } from '../../src/domain/paging/page-text.ts';
import type { Page } from '../../src/domain/paging/page.ts';
import { clean, cutAt, oneLine, shorten } from '../../src/domain/report/plain.ts';
import { keyWithin } from './keys.ts';

/** What GoAlert keeps of each; it cuts the rest off without a word. Bytes and characters are counted alike, to be sure. */
export const LIMITS = { summary: 1024, details: 6 * 1024, dedup: 512 } as const;

export type GoAlertRequest = { summary: string; details: string; dedup: string; action?: 'close' };

export function toGoAlertRequest(page: Page): GoAlertRequest {
  return {
    summary: shorten(oneLine(page.title), LIMITS.summary),
    details: detailsOf(page),
    dedup: keyWithin(page.incidentKey, LIMITS.dedup),
    ...(page.action === 'resolve' ? { action: 'close' as const } : {}),
  };
}

/** What is too long is cut in its paragraphs: the commands that answer stand below them, and must not be lost. */
function detailsOf(page: Page): string {
  const whole = pageText(page);
  if (Buffer.byteLength(whole) <= LIMITS.details) return whole;
  const below = `\n\n${pageText({ ...page, body: [] })}`;
  const left = LIMITS.details - Buffer.byteLength(below);
  if (left < MIN_BODY) return fit(whole, LIMITS.details);
  return fit(page.body.map(clean).join('\n\n'), left) + below;
}

/** With less, nobody would know what it is about. */
const MIN_BODY = 500;

function fit(text: string, max: number): string {
  const room = max - Buffer.byteLength(CUT_NOTE);
  let cut = cutAt(text, room);
  while (Buffer.byteLength(cut) > room) cut = cutAt(cut, Math.floor(cut.length * 0.9));
  return `${cut}${CUT_NOTE}`;
}
