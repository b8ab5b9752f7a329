/** What is said of an Unleash server that can't be asked. A real one: test/integration/partial-rollback.test.ts. */
import { describe, expect, it } from 'vitest';
import { createFeature } from '../../../activities/flags/unleash.ts';
import type { BackoutFailure } from '../../../src/domain/failure.ts';
import { failureOf } from '../../support/failure-of.ts';

const SETTINGS = {
  url: 'http://127.0.0.1:9',
  token: { env: 'UNLEASH_TOKEN' },
  project: 'default',
  environment: 'production',
  feature: 'checkout',
};

const whyNot = async (token: string, fetcher: typeof fetch = fetch): Promise<BackoutFailure> => {
  const { signal } = new AbortController();
  return (await failureOf(createFeature(fetcher, SETTINGS, token).isOn(signal))) as BackoutFailure;
};

describe('a token of Unleash', () => {
  it('is in no message when it can be no header, such as one of two lines', async () => {
    const failure = await whyNot('default:production.5f3c1a\nline two');
    expect(failure.parts.what).toBe(
      'Unleash at http://127.0.0.1:9 does not answer: Headers.append: "[secret]" is an invalid header value.',
    );
  });

  it('is in no message when the server quotes it', async () => {
    const token = 'default:production.5f3c1a';
    const body = JSON.stringify({ message: `the token ${token} has expired` });
    const failure = await whyNot(token, async () => new Response(body, { status: 401 }));
    expect(failure.parts.what).toBe(
      'Unleash at http://127.0.0.1:9 does not know the token of the worker (401): “the token [secret] has expired”.',
    );
  });
});
