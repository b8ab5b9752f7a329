/** Tells the stakeholders by e-mail. */
import type { Announcement } from '../../src/domain/announcement.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import type { StakeholderSettings } from '../../src/domain/stakeholders.ts';
import { sendMail } from '../mail/smtp.ts';
import { toAnnouncementMail } from './announcement-mail.ts';
import { REPEAT_NOTE } from '../outbound/repeat-note.ts';

/** How they are called in failures and findings. */
export const describeStakeholders = ({ to }: StakeholderSettings): string =>
  `stakeholders by e-mail (${to.join(', ')})`;

/**
 * One mail to all of them, with the same Message-ID on every try; a later try says that it may be a repeat.
 * @returns the server's answer
 * @throws BackoutFailure as `sendMail`; InvalidConfiguration where nobody is named
 */
export async function tellStakeholders(
  settings: StakeholderSettings | undefined,
  announcement: Announcement,
  { env, attempt, signal }: { env: NodeJS.ProcessEnv; attempt: number; signal: AbortSignal },
): Promise<string> {
  if (settings === undefined) {
    throw new BackoutFailure('InvalidConfiguration', {
      what: 'There are no `stakeholders` in the configuration of this service.',
      changed: 'Traffic and data were not changed by this: it only tells people.',
      next: 'Add `stakeholders`.',
    });
  }
  const { mail, to } = settings;
  return await sendMail(
    {
      to: describeStakeholders(settings),
      smtp: mail.smtp,
      mail: toAnnouncementMail(announcement, {
        from: mail.from,
        to,
        ...(attempt > 1 ? { note: REPEAT_NOTE } : {}),
      }),
    },
    { env, signal },
  );
}
