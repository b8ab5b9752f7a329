/** A message in Slack's Block Kit, within its documented limits. Pure. */
import { createHash } from 'node:crypto';
import type { Announcement } from '../../src/domain/announcement.ts';
import { codeBlock, CUT_NOTE, fit, mrkdwn, plain } from './slack-text.ts';

/** https://docs.slack.dev/reference/block-kit/blocks */
export const LIMITS = { blocks: 50, sectionText: 3000, fields: 10, fieldText: 2000, header: 150 } as const;

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

/** A message as Slack takes it. `note` is shown small, below everything. */
export function toSlackPayload(message: Announcement, { note }: { note?: string } = {}): SlackPayload {
  const title = `${SIGNS[message.tone]} ${message.title}`;
  const header: Block = {
    type: 'header',
    block_id: blockId(message),
    text: { type: 'plain_text', text: plain(title, LIMITS.header), emoji: false },
  };
  const rest: Block[] = [
    ...fieldSections(message.fields),
    ...message.commands.map(({ heading, lines }) => commandSection(heading, lines)),
    ...message.lists.filter(({ items }) => items.length > 0).map(listSection),
    ...(note === undefined ? [] : [{ type: 'context' as const, elements: [text(mrkdwn(note))] }]),
  ];
  const blocks = [header, ...bodySections(message.body, LIMITS.blocks - 1 - rest.length), ...rest];
  const summary = [title, ...message.body].join(' ');
  return { text: fit(summary, LIMITS.sectionText), blocks };
}

/** The same for every try of the same message: whoever gets a repeat can know it as one. */
export function blockId({ id }: Pick<Announcement, 'id'>): string {
  return `backout-${createHash('sha256').update(JSON.stringify(id)).digest('hex').slice(0, 32)}`;
}

const text = (content: string): Mrkdwn => ({ type: 'mrkdwn', text: content, verbatim: true });
const section = (content: string): Block => ({ type: 'section', text: text(content) });

/** The first paragraphs. The answers and facts below them must not be what is cut. */
function bodySections(body: string[], max: number): Block[] {
  const sections = body.map((paragraph) => section(fit(paragraph, LIMITS.sectionText)));
  if (sections.length <= max) return sections;
  return [...sections.slice(0, max - 1), section(CUT_NOTE.trim())];
}

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
