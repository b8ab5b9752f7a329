/** Every site file under test/nginx-corpus: what changes, to the byte, or why it is refused. */
import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { shiftUpstream } from '../../../activities/nginx/edit.ts';
import { activityOf, findUpstream } from '../../../activities/nginx/upstream.ts';
import type { SiteSettings } from '../../../activities/nginx/upstream.ts';
import { readWeights } from '../../../activities/nginx/weights.ts';
import { BackoutFailure, NOTHING_CHANGED } from '../../../src/domain/failure.ts';
import { expectationNames, readSample, sampleNames } from '../../support/nginx-corpus.ts';
import type { Expectation } from '../../support/nginx-corpus.ts';

type Outcome = Expectation['toBlue'];

test('the corpus has at least 30 site files, and says of each what is expected', () => {
  expect(sampleNames().length).toBeGreaterThanOrEqual(30);
  expect(expectationNames().sort()).toEqual(sampleNames().sort());
});

describe.each(sampleNames())('%s', (name) => {
  const { text, settings, expected } = readSample(name);
  const directions: [string, Outcome][] = [
    ['blue', expected.toBlue],
    ['green', expected.toGreen],
  ];

  if (directions.some(isAccepted)) {
    test('is read for what it is', () => {
      expect(stateOf(text, settings)).toEqual({ releases: expected.before, weights: expected.weights });
    });
  }

  test.each(directions)('to %s, only the expected lines change', (to, outcome) => {
    expect(outcomeOf(text, settings, to)).toEqual(outcome);
  });

  test.each(directions.filter(isAccepted))('to %s and to %s again is the same as once', (to) => {
    const once = shiftUpstream(text, settings, to);
    expect(shiftUpstream(once.text, settings, to)).toEqual({ text: once.text, changes: [] });
  });

  if (directions.every(isAccepted)) {
    test('there and back again means the same as before', () => {
      const green = shiftUpstream(text, settings, 'green').text;
      const blue = shiftUpstream(green, settings, 'blue').text;
      const back = shiftUpstream(blue, settings, 'green').text;
      expect(stateOf(back, settings)).toEqual(stateOf(green, settings));
      expect(stateOf(shiftUpstream(back, settings, 'blue').text, settings)).toEqual(stateOf(blue, settings));
    });
  }
});

function isAccepted([, outcome]: [string, Outcome]): boolean {
  return Array.isArray(outcome);
}

function stateOf(text: string, settings: SiteSettings) {
  const { byRelease } = findUpstream(text, settings);
  const releases = Object.fromEntries(
    Object.entries(byRelease).map(([to, lines]) => [to, activityOf(lines)]),
  );
  return { releases, weights: readWeights(text, settings) };
}

/** The lines that differ, in the form of an expectation; or the refusal. */
function outcomeOf(text: string, settings: SiteSettings, to: string): Outcome {
  try {
    return differingLines(text, shiftUpstream(text, settings, to).text);
  } catch (error) {
    if (!(error instanceof BackoutFailure)) throw error;
    const { what, changed, next } = error.parts;
    expect(changed).toBe(NOTHING_CHANGED);
    return { refused: { type: error.type, what, next } };
  }
}

function differingLines(before: string, after: string) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  expect(now.length).toBe(old.length);
  return old.flatMap((was, index) => {
    const is = now[index] ?? '';
    if (was === is) return [];
    expect(is.endsWith('\r')).toBe(was.endsWith('\r'));
    return [{ line: index + 1, was: readable(was), is: readable(is) }];
  });
}

function readable(line: string): string {
  const bytes = Buffer.from(line.replace(/\r$/, ''), 'latin1');
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
