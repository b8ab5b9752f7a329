import { expect, it } from 'vitest';
import type { Host } from '../../../activities/commands/host.ts';
import { pushFaultyTag } from '../../../activities/git/tag.ts';

const TAG = {
  remote: 'https://github.com/acme/listings.git',
  ref: 'v1.5.0',
  name: 'rollback/listings/1.5.0/20261121T031500Z',
  message: 'Rolled back',
  at: '2026-11-21T03:15:00.123Z',
};

it('quotes git without the token that git’s own settings put into the address', async () => {
  const stderr =
    "fatal: unable to access 'https://ghp_TOKEN@github.com/acme/listings.git/': The requested URL returned error: 403\n";
  const host = { run: () => Promise.resolve({ exitCode: 128, stdout: '', stderr }) } as unknown as Host;
  await expect(pushFaultyTag(host, TAG, new AbortController().signal)).rejects.toMatchObject({
    type: 'CommandFailed',
    parts: {
      what:
        'The faulty version was not tagged in https://github.com/acme/listings.git: it could not be asked (exit 128): ' +
        "fatal: unable to access 'https://[…]@github.com/acme/listings.git/': The requested URL returned error: 403.",
      changed: 'Traffic and data were not changed by this.',
    },
  });
});
