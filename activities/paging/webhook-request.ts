/** A page as signed JSON, for whatever has no driver of its own. Pure. */
import { createHmac } from 'node:crypto';
import type { Page } from '../../src/domain/paging/page.ts';
import { keyWithin } from './keys.ts';

/** Raised when a field changes its meaning or goes away; new fields may come at any time. */
const FORMAT_VERSION = 1;
/** What headers can hold everywhere. */
const MAX_KEY = 255;

export type WebhookRequest = { headers: Record<string, string>; body: string };

/** `sentAt` in seconds since 1970: a receiver refuses what is too old, so that nothing can be played back. */
export function toWebhookRequest(
  page: Page,
  { signingKey, sentAt }: { signingKey: string; sentAt: number },
): WebhookRequest {
  const body = JSON.stringify({
    version: FORMAT_VERSION,
    id: page.id,
    incidentKey: page.incidentKey,
    action: page.action,
    level: page.level,
    severity: page.severity,
    service: page.service,
    environment: page.environment,
    title: page.title,
    body: page.body,
    facts: page.facts.map(([name, value]) => ({ name, value })),
    commands: page.commands,
  });
  return {
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Backout',
      'Idempotency-Key': keyWithin(page.id, MAX_KEY),
      'Backout-Timestamp': String(sentAt),
      'Backout-Signature': `v1=${sign(signingKey, `${sentAt}.${body}`)}`,
    },
    body,
  };
}

/** HMAC-SHA256, hexadecimal. */
function sign(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
