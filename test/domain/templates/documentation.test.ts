/** docs/templates.md against what there is: every message, every field, and none that is not there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIELDS, PURPOSES, TEMPLATE_MESSAGES } from '../../../src/domain/templates/messages.ts';
import type { TemplateMessage } from '../../../src/domain/templates/messages.ts';

const PAGE = readFileSync('docs/templates.md', 'utf8');

/** The rows of the table below a heading. */
function rowsOf(heading: string): string[][] {
  const start = PAGE.indexOf(`\n${heading}\n`);
  expect(start).toBeGreaterThan(0);
  const section = PAGE.slice(start + heading.length + 2).split(/\n##/)[0] ?? '';
  return [...section.matchAll(/^\| `(.+?)` \| (.+) \|$/gm)].map(([, name = '', meaning = '']) => [
    name,
    meaning,
  ]);
}

/** What has no section of its own has the fields of announcements. */
const headingOf = (message: TemplateMessage): string =>
  PAGE.includes(`\n### \`${message}\`\n`)
    ? `### \`${message}\``
    : '### Announcements and mails to stakeholders';

describe('docs/templates.md', () => {
  it('names the file of every message, and what it is', () => {
    expect(rowsOf('## Which there are')).toEqual(
      TEMPLATE_MESSAGES.map((message) => [`${message}.liquid`, PURPOSES[message]]),
    );
  });

  it.each(TEMPLATE_MESSAGES)('has the fields of %s', (message) => {
    expect(rowsOf(headingOf(message))).toEqual(FIELDS[message].map((field) => [...field]));
  });
});
