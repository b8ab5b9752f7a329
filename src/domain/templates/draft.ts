/** A message before it is sent: its default, and what a template may make of it. Pure. */
import { clean, oneLine } from '../report/plain.ts';
import type { TemplateMessage } from './messages.ts';

export type Draft<Message> = {
  name: TemplateMessage;
  /** The default. */
  message: Message;
  /** What a template is given, by the names in `FIELDS`. Made only where there is one. */
  values: () => Record<string, unknown>;
  /** The message that a template has written. Throws, in words for its author, where that is none. */
  read: (text: string) => Message;
};

/**
 * Stand in a template's text where all facts or lists are to be. Of the private use area: no text has them. One character each:
 * no filter (`upcase`, `truncate`) can make something else of it.
 */
const FACTS_MARK = '\ue000';
const LISTS_MARK = '\ue001';

/** What the texts of most messages are made of. Commands are not in it: a template can't lose them. */
type Parts = {
  title: string;
  body: string[];
  facts: [name: string, value: string][];
  lists: { heading: string; items: string[] }[];
};

export function valuesOf({ title, body, facts, lists }: Parts): Record<string, unknown> {
  const text = body.map(clean).join('\n');
  return {
    default: [oneLine(title), text, FACTS_MARK, LISTS_MARK].join('\n'),
    title: oneLine(title),
    text,
    facts: facts.map(([name, value], index) => marked({ name, value }, index === 0 ? FACTS_MARK : '')),
    lists: lists.map((list, index) => marked(list, index === 0 ? LISTS_MARK : '')),
  };
}

/** Printed as a whole, the entries of a list become one mark; each by itself is what it is. */
function marked<Entry extends object>(entry: Entry, mark: string): Entry {
  return Object.defineProperty({ ...entry }, 'toString', { value: () => mark });
}

/** The first line is the title, each further one a paragraph. Facts and lists are kept where they are in the text. */
export function readParts(written: string, { facts, lists }: Parts): Parts {
  const lines = clean(written)
    .replaceAll(FACTS_MARK, '')
    .replaceAll(LISTS_MARK, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [title, ...body] = lines;
  if (title === undefined) throw new Error('it writes no text');
  return {
    title,
    body,
    facts: written.includes(FACTS_MARK) ? facts : [],
    lists: written.includes(LISTS_MARK) ? lists : [],
  };
}
