/** Reads the customer notice as people have left it. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readNotice } from '../../src/domain/customer-notice/draft.ts';
import type { Notice } from '../../src/domain/customer-notice/draft.ts';
import { BackoutFailure } from '../../src/domain/failure.ts';
import { FILES } from '../../src/domain/report/files.ts';
import { isSameRollback, readOwner } from './owner.ts';
import type { Owner } from './owner.ts';

const NOT_SENT = 'Nothing was sent, and nothing was changed.';

/** @throws BackoutFailure FileUnusable that says what to do about the file; nothing is sent then */
export async function readCustomerNotice(
  directory: string,
  { incidentFolder, rollback }: { incidentFolder: string; rollback: Pick<Owner, 'workflowId' | 'startedAt'> },
): Promise<Notice> {
  const path = join(incidentFolder, FILES.customerNotice);
  const isOurs =
    dirname(resolve(incidentFolder)) === resolve(directory) &&
    isSameRollback(await readOwner(incidentFolder), rollback);
  if (!isOurs) {
    throw unusable(
      `The incident folder ${incidentFolder} of this rollback is not on the worker ${hostname()}.`,
      'Stop this worker for a moment, so that the one that has it takes this, or send the text by hand.',
    );
  }
  const read = readNotice(await contentOf(path));
  if ('problem' in read)
    throw unusable(`${path} can't be sent as it is. ${read.problem}`, 'Edit it, and run this command again.');
  return read.notice;
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') {
      throw unusable(
        `${path} can't be read on the worker ${hostname()} (${code ?? 'unknown'}).`,
        "Let the worker's user read it.",
      );
    }
    throw unusable(
      `There is no ${path} on the worker ${hostname()}: it is drafted only where a rollback has restored a database.`,
      'Tell customers by hand where there is something to tell.',
    );
  }
}

const unusable = (what: string, next: string): BackoutFailure =>
  new BackoutFailure('FileUnusable', { what, changed: NOT_SENT, next });
