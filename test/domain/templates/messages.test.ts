/** What templates are given, and what becomes of what they write. */
import { describe, expect, it } from 'vitest';
import { readNotice, renderNotice } from '../../../src/domain/customer-notice/draft.ts';
import { announcementDraft } from '../../../src/domain/templates/announcements.ts';
import { FIELDS, PURPOSES, TEMPLATE_MESSAGES } from '../../../src/domain/templates/messages.ts';
import { noticeDraft, pageDraft, updateDraft } from '../../../src/domain/templates/others.ts';
import { samplePlace, sampleRecord } from '../../../src/domain/templates/sample-record.ts';
import { sampleOf } from '../../../src/domain/templates/samples.ts';
import type { PublicUpdate } from '../../../src/domain/status-page/update.ts';
import { success } from '../../support/cases.ts';
import { makePlan, makeRecord } from '../../support/records.ts';
import { makePage } from '../../support/pages.ts';

describe.each(TEMPLATE_MESSAGES)('the message %s', (message) => {
  const sample = sampleOf(message, samplePlace());

  it('has a purpose, and a default that says something', () => {
    expect(PURPOSES[message]).not.toBe('');
    expect(sample.name).toBe(message);
    expect(sample.message.trim().length).toBeGreaterThan(50);
  });

  it('gives its template the fields of its table, no more and no less, and each has a value or is null', () => {
    const values = sample.values();
    expect(Object.keys(values).toSorted()).toEqual(FIELDS[message].map(([name]) => name).toSorted());
    expect(Object.values(values)).not.toContain(undefined);
    expect(FIELDS[message].filter(([, meaning]) => meaning === '')).toEqual([]);
  });

  it('is the default again where a template writes the default', () => {
    expect(sample.read(String(sample.values()['default']))).toBe(sample.message);
  });

  it('refuses a template that writes nothing', () => {
    expect(() => sample.read(' \n ')).toThrow(/^it (writes no text|must begin with a line)/);
  });
});

describe('an announcement', () => {
  const draft = announcementDraft({ event: 'ended', record: success(), channel: 'incidents' });

  it('has the first line as its title and each other line as a paragraph, and keeps its facts only where they are asked for', () => {
    const { facts } = draft.values();
    expect(draft.read('\n It is over \nAll is well.\n\n\nRunbook: https://wiki.example.com\n')).toEqual({
      ...draft.message,
      title: 'It is over',
      body: ['All is well.', 'Runbook: https://wiki.example.com'],
      fields: [],
      lists: [],
    });
    expect(draft.read(`Over\n${(facts as unknown[]).join('')}`)).toEqual({
      ...draft.message,
      title: 'Over',
      body: [],
      lists: [],
    });
  });

  it('keeps the commands that answer, whatever its template leaves out', () => {
    const record = sampleRecord('waiting-for-decision', samplePlace());
    const question = announcementDraft({ event: 'waiting-for-decision', record, channel: 'incidents' });
    expect(question.read('Look!').commands).toEqual([
      {
        heading: 'Answer with one of',
        lines: [
          'backout decide rollback-listings-production-20261121-041500 check-release retry',
          'backout decide rollback-listings-production-20261121-041500 check-release abort',
        ],
      },
    ]);
  });

  it('tells its template nothing of where secrets are', () => {
    const plan = makePlan({}, {});
    const record = makeRecord({ plan });
    expect(JSON.stringify(plan.config)).toContain('SLACK_INCIDENTS');
    const values = announcementDraft({ event: 'ended', record, channel: 'incidents' }).values();
    expect(JSON.stringify(values)).not.toMatch(/SLACK_INCIDENTS|slack-engineering/);
  });

  it('has what only an end has from the end on', () => {
    const of = (event: 'started' | 'ended') => {
      const record = sampleRecord(event, samplePlace());
      const { duration, resolution, outcome, eta } = announcementDraft({
        ...{ event, record, channel: 'incidents' },
      }).values();
      return { duration, resolution, outcome, eta };
    };
    expect(of('started')).toEqual({
      ...{ duration: null, resolution: null, outcome: null },
      eta: 'about 7 min 0 s from now',
    });
    expect(of('ended')).toEqual({
      duration: '10 min 0 s',
      resolution: 'traffic is back on blue (1.4.0); the fault of green (1.5.0) is still to be found',
      outcome: 'rolled-back',
      eta: null,
    });
  });

  it('is a template of its own for stakeholders', () => {
    const mail = announcementDraft({ event: 'ended', record: success(), channel: 'stakeholders' });
    expect(mail.name).toBe('stakeholders-mail');
    expect(mail.values()).toMatchObject({ event: 'ended', channel: 'stakeholders' });
  });
});

describe('a page', () => {
  it('keeps what vendors count by and the commands, and loses facts that are not asked for', () => {
    const page = makePage();
    expect(pageDraft(page).read('Wake up\nIt burns.')).toEqual({
      ...page,
      title: 'Wake up',
      body: ['It burns.'],
      facts: [],
    });
  });
});

describe('a public update', () => {
  it('changes its text only, and keeps line breaks', () => {
    const update: PublicUpdate = {
      run: 'r',
      number: 2,
      status: 'resolved',
      severity: 'P1',
      name: 'Problems with Listings',
      body: 'It is resolved.',
      startedAt: '2026-11-21T04:15:00.000Z',
      nextUpdateAt: null,
    };
    expect(updateDraft(update).values()).toEqual({
      default: 'It is resolved.',
      name: 'Problems with Listings',
      event: 'resolved',
      severity: 'P1',
      started: '2026-11-21 04:15 UTC',
      next_update: null,
      number: 2,
    });
    expect(updateDraft(update).read('\nAll good.\nThank you.\n')).toEqual({
      ...update,
      body: 'All good.\nThank you.',
    });
  });
});

describe('a customer notice', () => {
  const record = sampleRecord('ended', samplePlace());

  it('is written below the line only: what is for the person who completes it stays', () => {
    const file = noticeDraft(record).read('Subject: Sorry\n\nWe lost your changes.\n');
    expect(readNotice(file)).toEqual({ notice: { subject: 'Sorry', body: 'We lost your changes.' } });
    const above = (text: string) => text.slice(0, text.indexOf('Subject: '));
    expect(above(file)).toBe(above(renderNotice(record)));
  });

  it.each(['Sorry\n\nWe lost it.', 'Subject: Sorry\n', 'Subject:\n\nWe lost it.'])(
    'is refused without subject and text: %j',
    (text) => {
      expect(() => noticeDraft(record).read(text)).toThrow(
        'it must begin with a line `Subject: …`, and have a text below it',
      );
    },
  );
});
