/** The activities that send a customer notice: reading it, then sending it. Neither changes traffic or data. */
import { BackoutFailure } from '../../src/domain/failure.ts';
import { noticeIdOf } from '../../src/domain/customer-notice/sending.ts';
import type { Deps } from '../deps.ts';
import { readCustomerNotice } from '../incident/customer-notice.ts';
import { sendNotice } from '../notification/customer-notice.ts';
import type { Activities } from '../types.ts';
import { activity } from './activity.ts';
import { environmentSettings } from './services.ts';

const UNCHANGED = 'Traffic and data were not changed by this.';

export function customerNoticeActivities(
  deps: Deps,
): Pick<Activities, 'readCustomerNotice' | 'sendCustomerNotice'> {
  return {
    readCustomerNotice: activity(
      (request) => readCustomerNotice(deps.incidents.directory, request),
      UNCHANGED,
    ),
    sendCustomerNotice: activity(async ({ notice, ...request }, { signal }) => {
      const settings = environmentSettings(deps, request).customerNotice;
      if (settings === undefined) {
        throw new BackoutFailure('InvalidConfiguration', {
          what: `There is no \`customerNotice\` in the configuration of ${request.service} in ${request.environment}.`,
          changed: 'Nothing was sent, and nothing was changed.',
          next: 'Add it and restart the worker, or send the text by hand.',
        });
      }
      const key = noticeIdOf(request.rollback);
      const receipt = await sendNotice({ notice, key, settings }, { env: deps.env, signal });
      return { at: new Date().toISOString(), by: request.by, to: settings.to, receipt, notice };
    }, UNCHANGED),
  };
}
