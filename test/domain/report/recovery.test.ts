/** What people read of a recovery: nothing of it may sound like a rollback. */
import { describe, expect, it } from 'vitest';
import { announcementFor } from '../../../src/domain/announcement.ts';
import { RECOVER_STEPS } from '../../../src/domain/plan.ts';
import { checklists } from '../../../src/domain/report/checklist.ts';
import { nextSteps } from '../../../src/domain/report/next-steps.ts';
import { headline, outcomeSentence } from '../../../src/domain/report/outcome.ts';
import { renderReport } from '../../../src/domain/report/report.ts';
import { summarise } from '../../../src/domain/report/summary.ts';
import type { IncidentRecord, StepRecord } from '../../../src/domain/rollback.ts';
import { renderPlan } from '../../../src/cli/view/plan.ts';
import { NO_COLOURS } from '../../cli/support/io.ts';
import {
  at,
  doneStep,
  makePlan,
  makeRecord,
  makeVerdict,
  proved,
  stepRecord,
} from '../../support/records.ts';

const GREEN = { name: 'green', version: '1.5.0' };
const GONE = 'The connection to database "listings" on web-1 could not be made: Connection refused.';
const NOT_NEEDED = ['start-previous', 'shift-traffic'];

function recovery(change: Partial<IncidentRecord['status']> = {}): IncidentRecord {
  const base = makePlan();
  const [pattern] = base.steps;
  if (pattern === undefined) throw new Error('a plan has steps');
  const { notNeeded: _, ...step } = pattern;
  const plan = makePlan(
    {},
    {
      kind: 'recover',
      from: GREEN,
      to: GREEN,
      recovery: { troubles: [GONE], todo: ['start-database', 'restart-application'] },
      steps: RECOVER_STEPS.map((name) => ({
        ...step,
        name,
        title: `Do ${name}`,
        ...(NOT_NEEDED.includes(name) ? { notNeeded: 'it goes to green already' } : {}),
      })),
    },
  );
  const steps: StepRecord[] = RECOVER_STEPS.map((name, index) =>
    NOT_NEEDED.includes(name)
      ? stepRecord(name, { state: 'not-needed' })
      : doneStep(
          name,
          index,
          proved(`${name} is proved`, index + 1, name === 'verify' ? { verdict: makeVerdict(true) } : {}),
        ),
  );
  return makeRecord({
    plan,
    timeline: [],
    status: { kind: 'recover', outcome: 'recovered', steps, trafficSafeAt: at(7), endedAt: at(8), ...change },
  });
}

describe('a recovery that went well', () => {
  it('says what was broken, what runs, and that neither traffic nor data was changed', () => {
    expect(headline(recovery())).toBe('Recovered: listings in production');
    expect(outcomeSentence(recovery())).toBe(
      `listings in production is recovered: green (1.5.0) runs and passed verification. What was broken: ${GONE} ` +
        'Traffic was not changed: it goes to green already. No data was changed.',
    );
  });

  it('asks for the cause, and for nothing about a faulty version', () => {
    expect(nextSteps(recovery())).toEqual([
      'Tell customers and update the status page: they are affected.',
      'Review the incident report within 30 minutes.',
      'Find out why it went down, within 24 hours: starting it again is no cure.',
      'Watch the service for 24 hours.',
    ]);
  });

  it('ticks what it did in the checklist', () => {
    const ticked = checklists(recovery()).during.map(({ text, ticked: by }) => [text, by?.by ?? null]);
    expect(ticked).toEqual([
      ['PostgreSQL started, and it answers', 'step start-database'],
      ['green (1.5.0) restarted and healthy', 'step restart-application'],
      ['green (1.5.0) verified', 'step verify'],
    ]);
  });

  it('never calls itself a rollback, nor a release faulty, in its report', () => {
    const report = renderReport(recovery(), []);
    expect(report).toContain('| What was broken | The connection to database');
    expect(report).not.toMatch(/From \(faulty\)|rolled back|tagged as faulty/i);
    expect(summarise(recovery())).toMatchObject({
      kind: 'recover',
      outcome: 'recovered',
      dataChanged: false,
    });
  });

  it('tells people that something recovers, and that it has', () => {
    const started = announcementFor('started', recovery({ outcome: null, endedAt: null }));
    expect(started.title).toBe('Recovering: listings in production (P1)');
    expect(started.body[0]).toContain(`What was broken: ${GONE} Recovering with green (1.5.0).`);
    const ended = announcementFor('ended', recovery());
    expect(ended).toMatchObject({ tone: 'good', title: 'Recovered: listings in production (P1)' });
    expect(Object.fromEntries(ended.fields)).toMatchObject({
      Resolution: 'what was down runs again; why it went down is still to be found',
    });
  });

  it('shows in its plan what is broken, and which release serves', () => {
    const shown = renderPlan(recovery().plan, NO_COLOURS);
    expect(shown).toContain('Plan 0123456789ab: recovery of listings in production\n');
    expect(shown).toContain(`\n  Broken    ${GONE}\n  Serves    green (1.5.0)\n`);
  });
});

describe('a recovery that did not go well', () => {
  it('is no success, and is told to be started again as what it is', () => {
    const aborted = recovery({
      outcome: 'aborted',
      steps: RECOVER_STEPS.map((name) =>
        stepRecord(name, { state: name === 'start-database' ? 'aborted' : 'not-reached' }),
      ),
    });
    expect(headline(aborted)).toBe(
      'ABORTED: the recovery of listings in production was ended before it was done',
    );
    expect(nextSteps(aborted)[1]).toBe(
      'To finish what this recovery began, start again: `backout recover listings --env production --reason …`. It reads what is there and goes on.',
    );
    expect(nextSteps(aborted)).toContain('Start PostgreSQL, and see that it answers (interrupted).');
  });
});
