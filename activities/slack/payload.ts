/** A message in Slack's Block Kit, within its documented limits. Pure. */
import { createHash } from 'node:crypto';
import type { Announcement } from '../../src/domain/announcement.ts';
import { codeBlock, CUT_NOTE, fit, mrkdwn, plain } from './text.ts';

/** https://docs.slack.dev/reference/block-kit/blocks */
export const LIMITS = { blocks: 50, sectionText: 3000, fields: 10, fieldText: 2000, header: 150 } as const;
/** Undocumented, but seen by many: with more than about 13,000 characters in all blocks, Slack refuses the message. */
const ALL_BLOCKS = 12_500;

/** `verbatim`: Slack must not make links or mentions of plain words such as #general or @channel. */
type Mrkdwn = { type: 'mrkdwn'; text: string; verbatim: true };
type Block =
  | { type: 'header'; block_id: string; text: { type: 'plain_text'; text: string; emoji: false } }
  | { type: 'section'; text: Mrkdwn }
  | { type: 'section'; fields: Mrkdwn[] }
  | { type: 'context'; elements: Mrkdwn[] };

export type SlackPayload = {
  /** What a notification shows. */
  text: string;
  blocks: Block[];
};

const SIGNS: Record<Announcement['tone'], string> = {
  begin: '🔄',
  progress: '➡️',
  question: '✋',
  good: '✅',
  bad: '🚨',
};

/**
 * A message as Slack takes it. `note` is shown small, below everything; `mention` right below the title, in Slack's own
 * form: it must not hold what people wrote.
 */
export function toSlackPayload(
  message: Announcement,
  { note, mention }: { note?: string; mention?: string } = {},
): SlackPayload {
  const title = `${SIGNS[message.tone]} ${message.title}`;
  const header: Block = {
    type: 'header',
    block_id: blockId(message),
    text: { type: 'plain_text', text: plain(title, LIMITS.header), emoji: false },
  };
  const called = mention === undefined ? [] : [section(mention)];
  const rest: Block[] = [
    ...fieldSections(message.fields),
    ...message.commands.map(({ heading, lines }) => commandSection(heading, lines)),
    ...message.lists.filter(({ items }) => items.length > 0).map(listSection),
    ...(note === undefined ? [] : [{ type: 'context' as const, elements: [text(mrkdwn(note))] }]),
  ];
  const others = [header, ...called, ...rest];
  const body = bodySections(message.body, {
    blocks: LIMITS.blocks - others.length,
    characters: ALL_BLOCKS - sizeOf(others),
  });
  const blocks = [header, ...called, ...body, ...rest];
  const summary = fit([title, ...message.body].join(' '), LIMITS.sectionText);
  return { text: mention === undefined ? summary : `${mention} ${summary}`, blocks };
}

/** What is sent where Slack refuses the blocks: the text, and the commands that answer, which nothing else would say. */
export function formless({ text: summary, blocks }: SlackPayload): string {
  const commands = blocks.flatMap((block) =>
    block.type === 'section' && 'text' in block && block.text.text.endsWith('```') ? [block.text.text] : [],
  );
  return [summary, ...commands].join('\n');
}

/** The same for every try of the same message: whoever gets a repeat can know it as one. */
export function blockId({ id }: Pick<Announcement, 'id'>): string {
  return `backout-${createHash('sha256').update(JSON.stringify(id)).digest('hex').slice(0, 32)}`;
}

const text = (content: string): Mrkdwn => ({ type: 'mrkdwn', text: content, verbatim: true });
const section = (content: string): Block => ({ type: 'section', text: text(content) });

/** The first paragraphs, one at least. The answers and facts below them must not be what is cut, or refused. */
function bodySections(body: string[], space: { blocks: number; characters: number }): Block[] {
  const some = body.slice(0, LIMITS.blocks);
  const sections = some.map((paragraph) => section(fit(paragraph, LIMITS.sectionText)));
  const isFitting = (blocks: Block[]) => blocks.length <= space.blocks && sizeOf(blocks) <= space.characters;
  if (sections.length <= 1 || isFitting(sections)) return sections;
  const note = section(CUT_NOTE.trim());
  let kept = sections.length - 1;
  while (kept > 1 && !isFitting([...sections.slice(0, kept), note])) kept--;
  return [...sections.slice(0, kept), note];
}

const sizeOf = (blocks: Block[]): number => JSON.stringify(blocks).length;

function fieldSections(fields: Announcement['fields']): Block[] {
  const sections: Block[] = [];
  for (let start = 0; start < fields.length; start += LIMITS.fields) {
    const some = fields.slice(start, start + LIMITS.fields);
    sections.push({
      type: 'section',
      fields: some.map(([name, value]) => {
        const label = `*${mrkdwn(name)}*\n`;
        return text(label + fit(value, LIMITS.fieldText - label.length));
      }),
    });
  }
  return sections;
}

function listSection({ heading, items }: Announcement['lists'][number]): Block {
  const label = `*${mrkdwn(heading)}*\n`;
  const lines: string[] = [];
  let left = LIMITS.sectionText - label.length;
  for (const [index, item] of items.entries()) {
    const line = `• ${fit(item, 500, listItem)}`;
    const rest = `• … and ${items.length - index} more`;
    if (line.length + 1 + rest.length > left) {
      lines.push(rest);
      break;
    }
    lines.push(line);
    left -= line.length + 1;
  }
  return section(label + lines.join('\n'));
}

/** Commands in our own sentences stand between backticks; a pair of them stays code. */
function listItem(item: string): string {
  return item
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? `\`${mrkdwn(part.slice(1, -1))}\`` : mrkdwnPart(part)))
    .join('');
}

/** As `mrkdwn`, which would take away the blanks next to a command. */
function mrkdwnPart(part: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(part) ?? [];
  return `${before && ' '}${mrkdwn(inner)}${after && ' '}`;
}

function commandSection(heading: string, lines: string[]): Block {
  const label = `*${mrkdwn(heading)}*\n`;
  return section(label + codeBlock(lines, LIMITS.sectionText - label.length));
}
