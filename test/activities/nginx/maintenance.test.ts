/** The maintenance answer goes into every site file of the corpus, and comes out again to the byte. */
import { describe, expect, test } from 'vitest';
import { shiftUpstream } from '../../../activities/nginx/edit.ts';
import {
  hasMaintenance,
  withMaintenance,
  withoutMaintenance,
} from '../../../activities/nginx/maintenance.ts';
import { BackoutFailure } from '../../../src/domain/failure.ts';
import { readSample, sampleNames } from '../../support/nginx-corpus.ts';

const MAINTENANCE = { owner: 'freeze-1', token: '0123abcd' };
const SETTINGS = {
  site: '/etc/nginx/listings',
  upstream: 'listings',
  releases: { blue: { servers: ['127.0.0.1:8080'] }, green: { servers: ['127.0.0.1:8081'] } },
};

const failureOf = (act: () => unknown): BackoutFailure => {
  try {
    act();
  } catch (error) {
    if (error instanceof BackoutFailure) return error;
    throw error;
  }
  throw new Error('it did not fail');
};

/** Those that Backout can read and that have a server block for the upstream. */
const held = sampleNames().flatMap((name) => {
  const sample = readSample(name);
  try {
    return [
      { ...sample, text: sample.text, frozen: withMaintenance(sample.text, sample.settings, MAINTENANCE) },
    ];
  } catch (error) {
    if (error instanceof BackoutFailure) return [];
    throw error;
  }
});

test('most of the corpus takes a maintenance answer', () => {
  expect(held.length).toBeGreaterThan(sampleNames().length / 2);
});

describe.each(held.map((sample) => [sample.name, sample] as const))(
  '%s',
  (_name, { text, settings, frozen }) => {
    test('has it once for each server block, and is the same to the byte without it', () => {
      expect(frozen).not.toBe(text);
      expect(hasMaintenance(frozen)).toBe(true);
      expect(withoutMaintenance(frozen, settings)).toBe(text);
    });

    test('frozen twice is frozen once, and another freeze takes its place', () => {
      expect(withMaintenance(frozen, settings, MAINTENANCE)).toBe(frozen);
      const other = withMaintenance(frozen, settings, { owner: 'freeze-2', token: 'ffff' });
      expect(other).not.toContain('0123abcd');
      expect(withoutMaintenance(other, settings)).toBe(text);
    });

    test('released after traffic was moved, it is the file with the traffic moved', () => {
      const shifted = (file: string) => {
        try {
          return shiftUpstream(file, settings, 'blue').text;
        } catch (error) {
          if (error instanceof BackoutFailure) return null;
          throw error;
        }
      };
      const whileFrozen = shifted(frozen);
      expect(whileFrozen === null ? null : withoutMaintenance(whileFrozen, settings)).toBe(shifted(text));
    });
  },
);

test('stands first in the server block, on lines of its own', () => {
  const text =
    'upstream listings { server 127.0.0.1:8080; }\nserver { # ours\n  location / { proxy_pass http://listings; }\n}\n';
  expect(withMaintenance(text, SETTINGS, { owner: 'käse\n"x"', token: 'abc' })).toBe(
    'upstream listings { server 127.0.0.1:8080; }\nserver {\n' +
      '    # backout-freeze: begin (by k?se?"x"; "backout unfreeze" takes it out)\n' +
      '    add_header Retry-After 120 always;\n' +
      '    if ($http_x_backout_pass != "abc") { return 503; }\n' +
      '    # backout-freeze: end\n' +
      ' # ours\n  location / { proxy_pass http://listings; }\n}\n',
  );
});

test('leaves a server block alone that passes elsewhere', () => {
  const text =
    'upstream listings { server 127.0.0.1:8080; }\nupstream shop { server 127.0.0.1:9; }\n' +
    'server { listen 1; location / { proxy_pass http://shop; } }\nserver { listen 2; location / { proxy_pass http://listings; } }\n';
  const frozen = withMaintenance(text, SETTINGS, MAINTENANCE);
  expect(frozen.split('# backout-freeze: begin')).toHaveLength(2);
  expect(frozen).toContain('server { listen 1; location');
});

test('a file without a server block for the upstream is refused', () => {
  const failure = failureOf(() =>
    withMaintenance('upstream listings { server 127.0.0.1:8080; }\n', SETTINGS, MAINTENANCE),
  );
  expect(failure.type).toBe('UpstreamMissing');
  expect(failure.message).toBe(
    '/etc/nginx/listings has no server block that is seen to pass to the upstream "listings": there is no place for a maintenance answer. ' +
      'Nothing was changed: traffic and data are as they were. Stop the requests by hand, at nginx or before it.',
  );
});

test('what somebody has edited is left to them', () => {
  const text = 'server {\n    # backout-freeze: begin (by x)\n    return 503;\n}\n';
  expect(failureOf(() => withoutMaintenance(text, SETTINGS)).message).toBe(
    'The maintenance answer in /etc/nginx/listings is not as Backout wrote it: somebody has edited between its comments. ' +
      'The site file was not changed by this. Take the lines between "# backout-freeze: begin" and "# backout-freeze: end" out by hand, with the comments, and try again.',
  );
});

test('line ends that an editor changed are no hindrance', () => {
  const text =
    'server {\n  location / { proxy_pass http://listings; }\n}\nupstream listings { server 127.0.0.1:8080; }\n';
  const frozen = withMaintenance(text, SETTINGS, MAINTENANCE).replaceAll('\n', '\r\n');
  expect(withoutMaintenance(frozen, SETTINGS)).toBe(text.replaceAll('\n', '\r\n'));
});
