/** What pages say. */
import { describe, expect, it } from 'vitest';
import { endTrouble, stepFailed, unverified } from '../../../src/domain/escalation/troubles.ts';
import { writeFollowUp, writePage } from '../../../src/domain/escalation/write-page.ts';
import type { PageParts } from '../../../src/domain/escalation/write-page.ts';
import type { RunEnd } from '../../../src/domain/escalation/state.ts';
import { SUBJECT } from '../../support/subject.ts';

const awaiting = {
  what: 'A decision about the step "Stop green"',
  since: '2026-11-21T03:02:00.000Z',
  step: 'stop-faulty' as const,
  answers: ['backout decide rollback-1 stop-faulty retry --note "WHY"'],
};
const parts: PageParts = {
  id: 'rollback-1/run-1/2/1',
  incidentKey: 'backout-run-1',
  subject: SUBJECT,
  level: { number: 2, name: 'team lead', people: ['Ben Bo', 'Cara'] },
  cause: 'time',
  trouble: null,
  view: { state: 'All traffic is on blue. No data was changed.', awaiting },
  now: '2026-11-21T03:15:00.000Z',
};
const failed = stepFailed({ name: 'stop-faulty', title: 'Stop green' }, 'no sudo. Nothing was changed.');

describe('a page', () => {
  it('says why somebody is called, how things stand, what is awaited, and what to type', () => {
    expect(writePage(parts)).toEqual({
      id: 'rollback-1/run-1/2/1',
      incidentKey: 'backout-run-1',
      action: 'trigger',
      level: { number: 2, name: 'team lead' },
      severity: 'P1',
      service: 'listings',
      environment: 'production',
      title: 'listings in production: traffic-only rollback not resolved after 15 min (P1)',
      body: [
        'You are called as level 2 (team lead: Ben Bo, Cara): this is not resolved, 15 min after its start. Asked for by anna: 5xx since 2.0.',
        'All traffic is on blue. No data was changed.',
        'It waits since 2026-11-21 03:02:00 UTC: A decision about the step "Stop green".',
      ],
      facts: [
        ['Rollback', 'rollback-1'],
        ['From → to', 'green (2.0) → blue (1.0)'],
        ['Started', '2026-11-21 03:00:00 UTC'],
        ['Asked for by', 'anna'],
        ['Customers affected', 'yes'],
        ['Called', 'level 2 (team lead: Ben Bo, Cara)'],
      ],
      commands: [
        {
          heading: 'Answer with one of',
          lines: ['backout decide rollback-1 stop-faulty retry --note "WHY"'],
        },
        { heading: 'You are at it', lines: ['backout ack rollback-1'] },
        { heading: 'How it stands', lines: ['backout status rollback-1'] },
        { heading: 'It is over', lines: ['backout resolve rollback-1 --resolution "WHAT WAS DONE"'] },
      ],
    });
  });

  it('says since when, and that nobody was paged before, where the first level is not paged at once', () => {
    const level = { number: 1, name: 'on duty', people: ['Anna'] };
    const page = writePage({ ...parts, cause: 'first', level, now: '2026-11-21T03:10:00.000Z' });
    expect(page.title).toBe('listings in production: traffic-only rollback not resolved after 10 min (P1)');
    expect(page.body.slice(0, 2)).toEqual([
      'You are called as level 1 (on duty: Anna): a traffic-only rollback began at 2026-11-21 03:00:00 UTC, 10 min ago. It is not resolved, and nobody was paged before. Asked for by anna: 5xx since 2.0.',
      'All traffic is on blue. No data was changed.',
    ]);
  });

  it('tells of a step that failed while it is awaited, and no more when it was done later', () => {
    const title = (change: Partial<PageParts>) => writePage({ ...parts, trouble: failed, ...change }).title;
    expect(title({ cause: 'urgent' })).toBe(
      'listings in production: “Stop green” failed, a decision is needed (P1)',
    );
    expect(title({})).toBe('listings in production: “Stop green” failed, a decision is needed (P1)');
    const view = { state: 'All traffic is on blue.', awaiting: null };
    expect(title({ view })).toBe(
      'listings in production: traffic-only rollback not resolved after 15 min (P1)',
    );
  });

  it('goes on telling of an end that is not proved good', () => {
    const view = { state: 'All traffic is on blue.', awaiting: null };
    const page = writePage({
      ...parts,
      cause: 'repeat',
      trouble: unverified('listings is NOT proved good'),
      view,
    });
    expect(page.title).toBe('listings in production: the release returned to is NOT PROVED GOOD (P1)');
    expect(page.body[1]).toBe('listings is NOT proved good.');
  });

  it('offers what is gone once more, and no answers that nobody takes', () => {
    const end: RunEnd = {
      how: 'terminated',
      at: '2026-11-21T03:12:00.000Z',
      said: 'wrong window',
      type: null,
      goesOnAs: null,
      view: null,
    };
    const page = writePage({ ...parts, cause: 'urgent', trouble: endTrouble(end, SUBJECT) });
    expect(page.commands[0]).toEqual({
      heading: 'Do it again: what is done already is not done twice',
      lines: ['backout rollback traffic-only listings --env production --reason "WHY"'],
    });
    expect(page.body.join(' ')).not.toContain('It waits');
  });

  it('says so when nobody could say how things stand', () => {
    expect(writePage({ ...parts, view: null }).body[1]).toBe(
      'Where traffic is, and what became of the data, could not be asked just now: look at its status.',
    );
  });
});

describe('what follows a page', () => {
  it('goes under the key of the incident', () => {
    const page = writeFollowUp(
      { ...parts, id: 'rollback-1/run-1/resolve' },
      'resolve',
      'Resolved by ben: done',
    );
    expect(page).toMatchObject({
      action: 'resolve',
      incidentKey: 'backout-run-1',
      body: ['Resolved by ben: done.'],
    });
    expect(page.title).toBe('listings in production: Resolved by ben: done');
  });
});

describe('an end', () => {
  const end = (how: RunEnd['how'], type: string | null = null): RunEnd => ({
    how,
    at: '2026-11-21T03:12:00.000Z',
    said: 'why',
    type,
    goesOnAs: null,
    view: null,
  });

  it.each([
    ['completed', null],
    ['cancelled', null],
    ['failed', 'Aborted'],
    ['failed', 'Unverified'],
  ] as const)('that a person or the runbook chose hurries nobody: %s %s', (how, type) => {
    expect(endTrouble(end(how, type), SUBJECT)).toBeNull();
  });

  it.each([
    ['failed', 'the rollback FAILED and is gone'],
    ['terminated', 'the rollback was ENDED FROM OUTSIDE'],
    ['timed-out', 'the rollback was ENDED FROM OUTSIDE'],
    ['reset', 'the rollback was RESET and goes on from an earlier step'],
  ] as const)('that nobody of it chose is urgent: %s', (how, title) => {
    expect(endTrouble(end(how, 'Bug'), SUBJECT)?.title).toBe(title);
  });
});
