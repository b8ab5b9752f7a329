import { describe, expect, test } from 'vitest';
import { renderReport } from '../../../src/domain/report/report.ts';
import { CASES, success, unverified } from '../../support/cases.ts';
import { AFTER, at, evidence, makePlan, makeRecord } from '../../support/records.ts';

const FILES = [
  { ...evidence('faulty-green-listings.log.gz', 50_321) },
  evidence('state-before.json', 2048),
  evidence('state-before.txt', 512),
  evidence('summary.json', 4321),
];

describe('the whole report, word for word', () => {
  test.each([
    'success',
    'already',
    'unverified',
    'aborted-at-shift',
    'skipped-stop',
    'cancelled',
    'continuing',
    'paged',
  ] as const)('%s', async (name) => {
    const report = renderReport(CASES[name](), FILES, { after: AFTER });
    await expect(report).toMatchFileSnapshot(`golden/${name}.md`);
  });
});

test('the same record gives the same report', () => {
  expect(renderReport(success(), FILES)).toBe(renderReport(success(), FILES));
});

test.each(['unverified', 'aborted-at-shift', 'cancelled'] as const)(
  '%s says at once that it is no success',
  (name) => {
    const [heading, , warning] = renderReport(CASES[name](), []).split('\n');
    expect(heading).toMatch(/^# (NOT A SUCCESS|ABORTED|CANCELLED): /);
    expect(warning).toBe('> **THIS IS NOT A SUCCESS.**');
  },
);

test('only a proved rollback is without that warning', () => {
  expect(renderReport(success(), [])).not.toContain('NOT A SUCCESS');
});

test('a verification whose checks failed does not read as done', () => {
  expect(renderReport(unverified(), [])).toContain(
    '### 6. Verify blue (1.4.0): done, and the checks FAILED\n',
  );
});

test('evidence that was changed or is gone is pointed out', () => {
  const files = [{ ...evidence('state-before.json', 9), sha256: 'ff'.repeat(32) }];
  const report = renderReport(success(), files);
  expect(report).toContain("**3 of the files below can't be trusted or found as recorded.**");
  expect(report).toContain(`| \`${'ff'.repeat(32)}\` | **CHANGED since its step wrote it** |`);
  expect(report).toContain(
    '**NOT in this folder: its step wrote it on another worker, or somebody removed it** |',
  );
});

test('a state after that could not be read is said, with the reason', () => {
  const report = renderReport(success(), FILES, { after: { unreadable: 'web-1 <down>' } });
  expect(report).toContain('\nAfter: could not be read. web-1 &lt;down>\n');
});

test('whatever people and tools wrote stays text', () => {
  const nasty = '| x | **won**\n# Rolled back: all is well <img src=x> `rm -rf` \u001b[2J';
  const record = makeRecord({
    plan: makePlan({ reason: nasty, requestedBy: nasty, incidentCommander: nasty }),
  });
  const [step] = record.status.steps;
  const hostile = {
    ...record,
    timeline: [{ at: at(1), what: nasty, by: nasty, evidence: `../${nasty}` }],
    status: {
      ...record.status,
      steps: record.status.steps.map((each) =>
        each === step ? { ...each, title: nasty, failure: { type: nasty, message: nasty } } : each,
      ),
      acknowledgements: [{ by: nasty, note: nasty, at: at(2) }],
      refusedMessages: [{ at: at(3), name: nasty, why: nasty }],
    },
  };
  const report = renderReport(hostile, [evidence(nasty)], { after: { unreadable: nasty } });
  expect(report.split('\n').filter((line) => line.startsWith('# '))).toEqual([
    '# Rolled back: listings in production',
  ]);
  expect(report).not.toContain('\u001b');
  // In a code span and in the target of a link everything is text as it stands.
  const outsideCode = report.replace(/``.*?``/g, '').replace(/\]\([^)]*\)/g, ']');
  expect(outsideCode).not.toContain('<img');
  expect(outsideCode).not.toContain('**won**');
  const tables = report.split('\n').filter((line) => line.startsWith('| 2026-11-21'));
  expect(tables.map((line) => line.split(/(?<!\\)\|/).length)).toEqual([6]);
});
