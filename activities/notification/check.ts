/** What `backout doctor` says of channels that are written to as a bot, and of mail to stakeholders. Sends nothing. */
import { CHANNELS } from '../../src/domain/announcement-channels.ts';
import type { SlackSettings } from '../../src/domain/notification.ts';
import type { Finding } from '../../src/domain/readiness.ts';
import type { StakeholderSettings } from '../../src/domain/stakeholders.ts';
import { checkSmtp } from '../mail/smtp.ts';
import { partsOf } from '../outbound/failures.ts';
import { openSlack } from '../slack/web.ts';
import { targetOf } from './bot.ts';
import { describeStakeholders } from './stakeholders.ts';

/** A server that hangs must not keep the rest from being told. */
const LOOK_WITHIN_MS = 5000;

/** Nothing for incoming webhooks: they can only be tried by a message. */
export async function botFindings(
  { env, fetch }: { env: NodeJS.ProcessEnv; fetch: typeof globalThis.fetch },
  slack: SlackSettings | undefined,
): Promise<Finding[]> {
  const { signal } = new AbortController();
  const bots = CHANNELS.flatMap((channel) => {
    const bot = slack?.[channel];
    return bot !== undefined && 'token' in bot ? [{ channel, bot }] : [];
  });
  return await Promise.all(
    bots.map(async ({ channel, bot }): Promise<Finding> => {
      const finding = { name: `slack: ${channel}`, optional: true as const };
      try {
        const target = await targetOf({ channel, bot }, env);
        const name = await openSlack(target, { fetch, signal, timeoutMs: LOOK_WITHIN_MS }).whoAmI();
        return { ...finding, ok: true, detail: `Slack knows the bot ${name}` };
      } catch (error) {
        const { what, next } = partsOf(error);
        return { ...finding, ok: false, detail: what, fix: next };
      }
    }),
  );
}

/** Does the mail server take the login? */
export async function stakeholderFindings(
  { env }: { env: NodeJS.ProcessEnv },
  settings: StakeholderSettings | undefined,
): Promise<Finding[]> {
  if (settings === undefined) return [];
  const finding = { name: 'stakeholders', optional: true as const };
  const { smtp } = settings.mail;
  const { signal } = new AbortController();
  try {
    await checkSmtp({ to: describeStakeholders(settings), smtp }, { env, signal, timeoutMs: LOOK_WITHIN_MS });
    const detail = `the mail server ${smtp.host} answers${smtp.user === undefined ? '' : ' and takes the login'}`;
    return [{ ...finding, ok: true, detail }];
  } catch (error) {
    const { what, next } = partsOf(error);
    return [{ ...finding, ok: false, detail: what, fix: next }];
  }
}
