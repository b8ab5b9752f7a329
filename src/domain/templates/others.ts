/** What templates of pages, public updates and customer notices are given. Pure. */
import { countedWords, lostOf, noticeText, renderNotice } from '../customer-notice/draft.ts';
import type { Page } from '../paging/page.ts';
import { clean } from '../report/plain.ts';
import type { IncidentRecord } from '../rollback.ts';
import { publicTime } from '../status-page/update.ts';
import type { PublicUpdate } from '../status-page/update.ts';
import { readParts, valuesOf } from './draft.ts';
import type { Draft } from './draft.ts';

export function pageDraft(page: Page): Draft<Page> {
  const parts = { ...page, lists: [] };
  return {
    name: 'page',
    message: page,
    values: () => {
      const { lists: _none, ...written } = valuesOf(parts);
      return {
        ...written,
        event: page.action,
        service: page.service,
        environment: page.environment,
        severity: page.severity,
        level: page.level.number,
        level_name: page.level.name,
      };
    },
    read: (written) => {
      const { title, body, facts } = readParts(written, parts);
      return { ...page, title, body, facts };
    },
  };
}

/** Nothing of the request, the plan or the release is given: customers read it. */
export function updateDraft(update: PublicUpdate): Draft<PublicUpdate> {
  return {
    name: 'status-page-update',
    message: update,
    values: () => ({
      default: update.body,
      name: update.name,
      event: update.status,
      severity: update.severity,
      started: publicTime(update.startedAt),
      next_update: update.nextUpdateAt === null ? null : publicTime(update.nextUpdateAt),
      number: update.number,
    }),
    read: (written) => {
      const body = clean(written).trim();
      if (body === '') throw new Error('it writes no text');
      return { ...update, body };
    },
  };
}

/** The whole file. A template writes what is sent of it; what is for the person who completes it stays. */
export function noticeDraft(record: IncidentRecord): Draft<string> {
  const text = noticeText(record);
  const { service, environment } = record.plan;
  const { from, until } = lostOf(record);
  return {
    name: 'customer-notice',
    message: renderNotice(record, text),
    values: () => ({
      default: text,
      service,
      environment,
      lost_from: from,
      lost_until: until,
      counted: countedWords(record),
    }),
    read: (written) => {
      const sent = clean(written).trim();
      if (!/^Subject:[ \t]*\S[^\n]*\n\s*\S/.test(sent)) {
        throw new Error('it must begin with a line `Subject: …`, and have a text below it');
      }
      return renderNotice(record, sent);
    },
  };
}
