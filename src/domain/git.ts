/** The faulty version's tag in git (requirement J1): whoever looks at that commit sees that it was rolled back. */
import * as z from 'zod';
import { versionKey } from './blocks/block.ts';
import { describeRelease } from './plan.ts';
import type { Plan } from './plan.ts';
import { oneLine } from './report/plain.ts';
import type { RollbackRef } from './rollback.ts';

export const gitSchema = z
  .strictObject({
    remote: z
      .string()
      .min(1)
      .refine((remote) => !remote.startsWith('-'), 'must not begin with a dash')
      .refine(
        (remote) => !/https?:\/\/[^/?#]*@/i.test(remote),
        'must not hold a user or a token (https://…@): it would stand in the history, in messages and in reports. ' +
          'Let git on the worker sign in by its credential helper, or use SSH (git@github.com:acme/listings.git)',
      )
      .refine(
        (remote) => !/^(?!https?:)[a-z+]+:\/\/[^/@]*:[^/@]*@/i.test(remote),
        'must not hold a password: git on the worker has ways of its own to sign in (SSH key, credential helper)',
      )
      .describe(
        'The repository, as `git push` takes it, from the worker: git@github.com:acme/listings.git, or a path.',
      ),
    ref: z
      .string()
      .regex(/^[\w$][\w./+$-]*$/, 'must be a name that git knows, with $version in it')
      .refine((ref) => ref.includes('$version'), 'must contain $version')
      .default('v$version')
      .describe(
        'What the commit of a version is called there. $version is the version without a leading v. `$version` alone where versions are commits.',
      ),
    tagPrefix: z
      .string()
      .regex(/^[A-Za-z0-9][\w-]*(\/[A-Za-z0-9][\w-]*)*$/, 'must be a beginning of a tag, such as rollback')
      .default('rollback')
      .describe('The tag is then called PREFIX/SERVICE/VERSION/TIME.'),
  })
  .describe('The faulty version is tagged there, once traffic has left it.');
export type GitSettings = z.infer<typeof gitSchema>;

/** Git quotes addresses, also such as its own settings (`url.….insteadOf`) made of the remote. */
export const withoutSignIn = (said: string): string =>
  said.replace(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/gi, '$1[…]@');

/** What is tagged, and with what. */
export type FaultyTag = {
  remote: string;
  /** What the commit is called. */
  ref: string;
  name: string;
  message: string;
  /** ISO 8601: the same for every try, so that each makes the very same tag. */
  at: string;
};

/** The tag of a rollback's faulty version, or why there can be none. */
export function faultyTag(
  {
    from,
    to,
    service,
    environment,
    request,
  }: Pick<Plan, 'from' | 'to' | 'service' | 'environment' | 'request'>,
  rollback: RollbackRef,
  { remote, ref, tagPrefix }: GitSettings,
): FaultyTag | { why: string } {
  if (from.version === null) return { why: `the version of ${from.name} is not known` };
  const version = versionKey(from.version);
  if (!/^[A-Za-z0-9_][\w.+-]*(\/[\w+-][\w.+-]*)*$/.test(version) || version.includes('..'))
    return { why: `"${oneLine(from.version)}" is no version that git could know` };
  const time = rollback.startedAt.replace(/[-:]|\.\d+/g, '');
  return {
    remote,
    ref: ref.replaceAll('$version', () => version),
    name: `${tagPrefix}/${service}/${version}/${time}`,
    at: rollback.startedAt,
    message: [
      `Rolled back: ${service} in ${environment}, from ${describeRelease(from)} to ${describeRelease(to)}`,
      '',
      `Reason: ${oneLine(request.reason)}`,
      `Asked for by: ${oneLine(rollback.requestedBy)}`,
      `Rollback: ${rollback.workflowId}, started ${rollback.startedAt}`,
    ].join('\n'),
  };
}
