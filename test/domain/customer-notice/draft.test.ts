/** What customers are told, as it is drafted, and as a person has completed it. */
import { describe, expect, test } from 'vitest';
import {
  readNotice,
  renderNotice,
  SENT_BELOW,
  wantsNotice,
} from '../../../src/domain/customer-notice/draft.ts';
import { uncounted } from '../../../src/domain/loss.ts';
import type { Loss } from '../../../src/domain/loss.ts';
import { nextSteps } from '../../../src/domain/report/next-steps.ts';
import type { IncidentRecord } from '../../../src/domain/rollback.ts';
import { success } from '../../support/cases.ts';
import { waitingForRestore } from '../../support/full-records.ts';
import { at, doneStep, proved } from '../../support/records.ts';

const LOSS: Loss = {
  at: at(610),
  isFinal: true,
  lastChangeAt: at(598),
  newerRows: [
    { table: 'orders', rows: 40, problem: null },
    { table: 'prices', rows: 0, problem: null },
  ],
  problem: null,
  answeredAt: at(610),
};

const restored = (loss: Loss | undefined = LOSS): IncidentRecord => {
  const record = waitingForRestore({
    outcome: 'rolled-back',
    endedAt: at(700),
    ...(loss === undefined ? {} : { loss }),
  });
  const steps = record.status.steps.map((step) =>
    step.name === 'restore-database'
      ? doneStep('restore-database', 600, proved('listings is the restored one', 610))
      : step,
  );
  return { ...record, status: { ...record.status, steps } };
};
const complete = (draft: string) => draft.replace(/\[TO FILL IN: [^\]]*\]/g, 'words');

test('the draft, word for word', async () => {
  await expect(renderNotice(restored())).toMatchFileSnapshot('golden/notice.md');
});

test('there is one only where the database was restored', () => {
  expect([restored(), waitingForRestore(), success()].map(wantsNotice)).toEqual([true, false, false]);
});

test('rows that could not be counted are not passed over', () => {
  const gone = { ...uncounted(at(610), 'it does not answer'), answeredAt: null };
  expect(renderNotice(restored(gone))).toContain('Nothing could be counted.]');
  const none = { ...LOSS, newerRows: [{ table: 'prices', rows: 0, problem: null }] };
  expect(renderNotice(restored(none))).toContain(
    'Counted: no newer rows of prices; other tables were not counted.]',
  );
});

test('the next steps name it, and the command where there is somewhere to send it', () => {
  expect(nextSteps(restored())).toContain(
    'Tell customers what was lost: complete the draft CUSTOMER_NOTICE.md, and send it as you do.',
  );
  expect(nextSteps(success()).join(' ')).not.toContain('CUSTOMER_NOTICE.md');
});

describe('what a person has made of it', () => {
  test('is sent without what stands above the mark', () => {
    const read = readNotice(complete(renderNotice(restored())));
    if ('problem' in read) throw new Error(read.problem);
    expect(read.notice.subject).toBe('Some of your recent changes in listings were lost');
    expect(read.notice.body).toMatch(/^Hello,\n\nbecause of a fault in listings [\s\S]*\n\nwords$/);
    expect(read.notice.body).not.toMatch(/For you|TO FILL IN|backup/);
  });

  test.each([
    ['the draft as it is', renderNotice(restored()), '4 lines still have `[TO FILL IN …]` in them.'],
    ['no mark', 'Subject: a\n\nb', `It lacks the line \`${SENT_BELOW}\`, above which nothing is sent.`],
    ['no subject', `${SENT_BELOW}\nHello`, 'Its first line below the mark is not `Subject: …`.'],
    [
      'an empty subject',
      `${SENT_BELOW}\nSubject: \nHello`,
      'Its first line below the mark is not `Subject: …`.',
    ],
    ['no text', `${SENT_BELOW}\nSubject: a\n \n`, 'There is no text below its subject.'],
    ['too much', `${SENT_BELOW}\nSubject: a\n${'x'.repeat(20_000)}`, 'It is longer than 20000 characters.'],
  ])('is not sent with %s', (_, file, problem) => {
    expect(readNotice(file)).toEqual({ problem });
  });

  test('may have been written with another system’s line breaks', () => {
    expect(readNotice(`${SENT_BELOW}\r\n\r\nSubject: a\r\n\r\nb\r\nc\r\n`)).toEqual({
      notice: { subject: 'a', body: 'b\nc' },
    });
  });
});
