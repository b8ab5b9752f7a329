/** The notice is read from the rollback's own folder only, and drafted once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCustomerNotice } from '../../../activities/incident/customer-notice.ts';
import { openIncident } from '../../../activities/incident/open.ts';
import { writeReport } from '../../../activities/incident/report.ts';
import { readNotice, SENT_BELOW } from '../../../src/domain/customer-notice/draft.ts';
import type { IncidentRecord } from '../../../src/domain/rollback.ts';
import { createWriter } from '../../../src/templates/write.ts';
import { waitingForRestore } from '../../support/full-records.ts';
import { AFTER, at, doneStep, makeRecord, proved } from '../../support/records.ts';
import { ref, tempFolder } from './support.ts';

const rollback = ref('rollback-listings-42');
const opened = async () => {
  const directory = tempFolder();
  const sink = await openIncident(directory, rollback);
  return { directory, sink, file: join(sink.folder, 'CUSTOMER_NOTICE.md') };
};
const restored = (): IncidentRecord => {
  const record = waitingForRestore({ outcome: 'rolled-back', endedAt: at(700) });
  const steps = record.status.steps.map((step) =>
    step.name === 'restore-database'
      ? doneStep('restore-database', 600, proved('listings is the restored one', 610))
      : step,
  );
  return { ...record, status: { ...record.status, steps } };
};

test('it is drafted with the report, and what people wrote into it stays', async () => {
  const { sink, file } = await opened();
  const input = {
    record: restored(),
    sink,
    observe: async () => AFTER,
    signal: new AbortController().signal,
  };
  await writeReport(input);
  expect(readFileSync(file, 'utf8')).toMatch(/^# Customer notice \(draft\)\n/);
  writeFileSync(file, 'by a person');
  await writeReport(input);
  expect(readFileSync(file, 'utf8')).toBe('by a person');
  expect(readFileSync(join(sink.folder, 'MANIFEST.sha256'), 'utf8')).not.toContain('CUSTOMER_NOTICE');
});

test('it is what the team has written instead, and the report says where that fails', async () => {
  const report = async (source: string) => {
    const { sink, file } = await opened();
    const write = createWriter({
      templates: { 'customer-notice': { file: '/t/customer-notice.liquid', source } },
    });
    const { signal } = new AbortController();
    const { details } = await writeReport({
      ...{ record: restored(), sink, signal, write },
      observe: async () => AFTER,
    });
    return { details, notice: readNotice(readFileSync(file, 'utf8')) };
  };
  await expect(report('Subject: Sorry\n\nAbout {{ service }} after {{ lost_from }}.')).resolves.toEqual({
    details: [],
    notice: { notice: { subject: 'Sorry', body: 'About listings after 2026-11-21 03:12:00 UTC.' } },
  });
  const failed = await report('Sorry');
  expect(failed.details).toEqual([
    expect.stringMatching(
      /^The template \/t\/customer-notice\.liquid failed: it must begin with a line `Subject: …`, and have a text below it\. The default text was used/,
    ),
  ]);
  expect(failed.notice).toEqual({ problem: expect.stringMatching(/TO FILL IN/) });
});

test('without a restore there is none, and that is what is said', async () => {
  const { directory, sink, file } = await opened();
  await writeReport({
    record: makeRecord(),
    sink,
    observe: async () => AFTER,
    signal: new AbortController().signal,
  });
  await expect(
    readCustomerNotice(directory, { incidentFolder: sink.folder, rollback }),
  ).rejects.toMatchObject({
    type: 'FileUnusable',
    message: expect.stringMatching(
      new RegExp(
        `^There is no ${file} on the worker .*: it is drafted only where .* Nothing was sent, and nothing was changed\\.`,
      ),
    ),
  });
});

test('what a person has completed is read', async () => {
  const { directory, sink, file } = await opened();
  writeFileSync(file, `for us\n${SENT_BELOW}\nSubject: Lost\n\nSorry.\n`);
  await expect(readCustomerNotice(directory, { incidentFolder: sink.folder, rollback })).resolves.toEqual({
    subject: 'Lost',
    body: 'Sorry.',
  });
});

test('a folder elsewhere, or of another rollback, is not read', async () => {
  const { directory, sink, file } = await opened();
  writeFileSync(file, `${SENT_BELOW}\nSubject: Lost\n\nSorry.\n`);
  const refused = { type: 'FileUnusable', message: expect.stringContaining('is not on the worker') };
  const { folder: incidentFolder } = sink;
  await expect(
    readCustomerNotice(directory, { incidentFolder, rollback: ref('rollback-other') }),
  ).rejects.toMatchObject(refused);
  await expect(readCustomerNotice(tempFolder(), { incidentFolder, rollback })).rejects.toMatchObject(refused);
});
