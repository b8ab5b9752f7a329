/** A message as plain text: what a mail says beside its HTML, and what a preview shows. Pure. */
import { clean, oneLine } from './report/plain.ts';

export type MessageContent = {
  title: string;
  /** Paragraphs. */
  body: string[];
  facts: [name: string, value: string][];
  lists?: { heading: string; items: string[] }[];
  commands?: { heading: string; lines: string[] }[];
  /** Small, below everything. */
  note?: string;
};

export function messageText({ title, body, facts, lists = [], commands = [], note }: MessageContent): string {
  const parts = [
    oneLine(title),
    ...body.map(clean),
    facts.map(([name, value]) => `${oneLine(name)}: ${oneLine(value)}`).join('\n'),
    ...commands.map(({ heading, lines }) =>
      [`${oneLine(heading)}:`, ...lines.map((line) => `  ${clean(line)}`)].join('\n'),
    ),
    ...lists
      .filter(({ items }) => items.length > 0)
      .map(({ heading, items }) =>
        [`${oneLine(heading)}:`, ...items.map((item) => `- ${oneLine(item)}`)].join('\n'),
      ),
    note ?? '',
  ];
  return `${parts.filter((part) => part.trim() !== '').join('\n\n')}\n`;
}
