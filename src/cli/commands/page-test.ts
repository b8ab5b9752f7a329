/** `backout page-test`: a marked test through the ways to page, sent by a worker. */
import type { PageTest } from '../../domain/paging/test-page.ts';
import { usageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { whoAmI } from '../identity.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../program.ts';
import { requireYes } from '../require-yes.ts';
import { withTemporal } from '../temporal/connect.ts';
import { runPageTest } from '../temporal/page-test.ts';
import { renderPageTest } from '../view/page-test.ts';

export type PageTestOptions = GlobalOptions & {
  service: string;
  env?: string;
  channel?: string[];
  close?: boolean;
  by?: string;
  yes?: boolean;
  json?: boolean;
};

/** Exits with 1 when a channel did not take it. */
export async function pageTest(options: PageTestOptions, io: Io): Promise<number> {
  const { service, env: environment, channel: channels, close = false, yes = false, json = false } = options;
  if (!close && !yes && (json || io.ask === undefined)) {
    throw usageError('There is nobody to ask: add --yes to call people without a question.');
  }
  const test: PageTest = {
    service,
    ...(environment === undefined ? {} : { environment }),
    ...(channels === undefined ? {} : { channels }),
    close,
    by: whoAmI(options.by, io.env),
  };
  return await withTemporal(options, io, async (session) => {
    if (!close && !yes) {
      io.out(
        `This calls people: a page marked as a test goes through ${channels === undefined ? 'every channel' : channels.join(', ')} of ${service}.\n`,
      );
      await requireYes(io);
    }
    const tested = await runPageTest(session, test, io.signal);
    io.out(json ? `${JSON.stringify(tested, null, 2)}\n` : renderPageTest(tested, test, session.program));
    return tested.channels.some(({ outcome }) => outcome === 'failed') ? EXIT.failed : EXIT.ok;
  });
}
