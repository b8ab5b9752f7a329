/** Posts one public update to one status page. */
import type { StatusPageSettings } from '../../src/domain/status-page/settings.ts';
import type { Posted } from '../../src/domain/status-page/state.ts';
import type { PublicUpdate } from '../../src/domain/status-page/update.ts';
import type { Outside } from './outside.ts';
import { postToStatuspage } from './statuspage.ts';
import { postToWebhook } from './webhook.ts';

export type PublicUpdateInput = {
  page: StatusPageSettings;
  update: PublicUpdate;
  /** What the page calls the incident, where that is known. */
  incident: string | null;
};

/**
 * Safe to be tried again: the incident is looked for before one is made, and an update that stands there is not repeated.
 * @throws BackoutFailure MessageRefused, InvalidConfiguration (a person must act) or MessageNotSent (worth a retry)
 * @throws ApplicationFailure MessageNotSent with the delay that the page asks for
 */
export async function postPublicUpdate(
  { page, update, incident }: PublicUpdateInput,
  outside: Outside,
): Promise<Posted> {
  switch (page.kind) {
    case 'statuspage':
      return await postToStatuspage(page, { update, incident }, outside);
    case 'webhook':
      return await postToWebhook(page, update, outside);
  }
}
