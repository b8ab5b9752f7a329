/** A page as plain text, for what knows no other form. Pure. */
import { clean, oneLine } from '../report/plain.ts';
import type { Page } from './page.ts';

export const CUT_NOTE = '… (shortened: the report has all of it)';

const LEVEL = ({ level }: Page): string => `Level ${level.number}: ${oneLine(level.name)}`;

/** Everything but the title: whom it goes to, paragraphs, facts, commands. */
export function pageText(page: Page): string {
  return [
    ...page.body.map(clean),
    [LEVEL(page), ...page.facts.map(([name, value]) => `${oneLine(name)}: ${oneLine(value)}`)].join('\n'),
    ...page.commands.map(({ heading, lines }) =>
      [`${oneLine(heading)}:`, ...lines.map((line) => `  ${clean(line)}`)].join('\n'),
    ),
  ]
    .filter((part) => part.trim() !== '')
    .join('\n\n');
}
