/** Which names promise a secret: what stands under them is never shown. And the secrets within other values, such as addresses. */

/** Parts of names that are enough. */
const PARTS =
  /pass(?:word|wd|phrase)?|pwd|secret|token|api_?-?key|private|credential|dsn|salt|signing|cookie|auth(?!or)|webhook/i;
/** `STRIPE_KEY`, `key` and `stripeKey`, but not `MONKEY`. */
const KEYS = /(?:^|[_.-])key(?:$|[_.-])/i;
const CAMEL_KEYS = /[a-z0-9]Key(?:$|[A-Z_.-])/;

/** True for `DB_PASSWORD`, `apiKey`, `STRIPE_KEY`; not for `KEYBOARD` or `AUTHOR`. */
export const looksSecret = (name: string): boolean =>
  PARTS.test(name) || KEYS.test(name) || CAMEL_KEYS.test(name);

/** Without the sign-in of an address (`postgres://app:…@db/app`), nor what has a name of a secret in it (`?sslpassword=…`). */
export const withoutSecrets = (value: string): string =>
  value
    .replace(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/gi, '$1[…]@')
    .replace(/([\w.-]+)=[^;&\s"']+/g, (pair, name: string) => (looksSecret(name) ? `${name}=[…]` : pair));
