/** What can be said through which channel. */
import type { PagingChannel } from './channel.ts';
import type { Page } from './page.ts';

/** GoAlert's generic API opens and closes alerts; only people acknowledge them there. */
export function takesAction(channel: PagingChannel, action: Page['action']): boolean {
  return !(channel.kind === 'goalert' && action === 'acknowledge');
}
