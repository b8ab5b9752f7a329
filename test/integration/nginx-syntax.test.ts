/** What the edit makes of a file that a real nginx takes, the same nginx takes too. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shiftUpstream } from '../../activities/nginx/edit.ts';
import { NginxSyntaxError, parseNginx } from '../../activities/nginx/parse.ts';
import { PATH_WITH_SBIN } from '../../scripts/demo/nginx.ts';
import { randomSite, settings } from '../support/nginx-arbitrary.ts';
import { readSample, sampleNames } from '../support/nginx-corpus.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'backout-syntax-'))));
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** What nginx objects to; empty when it takes the text. */
async function objections(text: string, context: 'site' | 'main' = 'site'): Promise<string> {
  const config = join(folder, 'nginx.conf');
  const own = `error_log stderr; pid ${folder}/pid;`;
  const events = text.includes('events {') ? '' : 'events {}\n';
  const main =
    context === 'main' ? `${own} ${events}${text}` : `${own} events {} http { access_log off;\n${text}\n}\n`;
  await writeFile(config, main, 'latin1');
  const { stdout, stderr, exitCode } = await execa('nginx', ['-t', '-q', '-c', config], {
    reject: false,
    env: { PATH: PATH_WITH_SBIN },
  });
  return exitCode === 0 ? '' : `${stdout}${stderr}`;
}

describe.each(sampleNames())('%s', (name) => {
  const { text, settings: own, expected } = readSample(name);
  const { notForPlainNginx, context } = expected;

  test(
    notForPlainNginx === undefined ? 'passes, and passes switched' : 'does not pass, as it says',
    async () => {
      expect((await objections(text, context)) === '').toBe(notForPlainNginx === undefined);
      if (notForPlainNginx !== undefined) return;
      for (const [to, outcome] of [
        ['blue', expected.toBlue] as const,
        ['green', expected.toGreen] as const,
      ]) {
        if (Array.isArray(outcome))
          expect(await objections(shiftUpstream(text, own, to).text, context)).toBe('');
      }
    },
  );
});

test('150 random site files pass, and pass switched', async () => {
  await fc.assert(
    fc.asyncProperty(randomSite, fc.constantFrom('blue', 'green'), async ({ text }, to) => {
      expect(await objections(text)).toBe('');
      expect(await objections(shiftUpstream(text, settings, to).text)).toBe('');
    }),
    { numRuns: 150 },
  );
});

// One character more or less, anywhere: whatever nginx then takes, we must be able to read, too.
test('whatever nginx still takes after a random slip of the keyboard, we can read', async () => {
  const slip = fc.record({
    name: fc.constantFrom('plain', 'comments-between-words', 'quoted-addresses', 'word-server-elsewhere'),
    at: fc.nat({ max: 600 }),
    remove: fc.nat({ max: 1 }),
    insert: fc.constantFrom('', '{', '}', ';', '"', "'", '\\', '#', '$', '${', ' ', '\n', '(', ')', 'x'),
  });
  await fc.assert(
    fc.asyncProperty(slip, async ({ name, at, remove, insert }) => {
      const { text } = readSample(name);
      const slipped = text.slice(0, at) + insert + text.slice(at + remove);
      if ((await objections(slipped)) === '') expect(() => parseNginx(slipped)).not.toThrow();
      else expect(() => readable(slipped)).not.toThrow();
    }),
    { numRuns: 200 },
  );
});

/** Reading never fails in any other way than by naming a line. */
function readable(text: string): void {
  try {
    parseNginx(text);
  } catch (error) {
    if (!(error instanceof NginxSyntaxError)) throw error;
    expect(error.line).toBeGreaterThan(0);
    expect(error.line).toBeLessThanOrEqual(text.split('\n').length);
  }
}
