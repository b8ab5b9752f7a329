/** Takes secrets out of what others say, before it can reach a message, a log or the history. Pure. */

/** Shorter pieces of a URL are words such as `services`, which say nothing. */
const MIN_SECRET_LENGTH = 9;

/** The text without the secrets, nor the parts of those that are URLs, however the other side encoded them. */
export function scrub(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap(formsOf)
    .sort((one, other) => other.length - one.length)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), text);
}

function formsOf(secret: string): string[] {
  if (!URL.canParse(secret)) return secret.length < 4 ? [] : encodedOf(secret);
  const { pathname, search } = new URL(secret);
  return [secret, ...`${pathname}${search}`.split(/[/?&=]/)]
    .filter((part) => part.length >= MIN_SECRET_LENGTH)
    .flatMap(encodedOf);
}

const encodedOf = (secret: string): string[] => [
  ...new Set([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ]),
];
