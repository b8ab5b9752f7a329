/** Tickets as Jira takes them: a document for version 3 of its API, text for version 2. Pure. */
import type { Marker, Paragraph } from '../../src/domain/follow-up/tickets.ts';

type TextNode = { type: 'text'; text: string; marks?: { type: 'code' | 'strong' }[] };
type Block =
  | { type: 'paragraph'; content: TextNode[] }
  | { type: 'bulletList'; content: { type: 'listItem'; content: Block[] }[] };

/** https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
export type JiraDocument = { version: 1; type: 'doc'; content: Block[] };

export function jiraBody(
  body: Paragraph[],
  { marker, apiVersion }: { marker: Marker; apiVersion: '2' | '3' },
): JiraDocument | string {
  return apiVersion === '3' ? asDocument(body, marker) : asText(body, marker);
}

function asDocument(body: Paragraph[], marker: Marker): JiraDocument {
  return {
    version: 1,
    type: 'doc',
    content: [...body.map(blockOf), { type: 'paragraph', content: runs(lastLine(marker)) }],
  };
}

function blockOf(paragraph: Paragraph): Block {
  if (typeof paragraph === 'string') return { type: 'paragraph', content: runs(paragraph) };
  return {
    type: 'bulletList',
    content: paragraph.map(([name, value]) => ({
      type: 'listItem',
      content: [
        {
          type: 'paragraph',
          content: [{ type: 'text', text: `${name}: `, marks: [{ type: 'strong' }] }, ...plainRun(value)],
        },
      ],
    })),
  };
}

/** Text is never markup in a document. Commands between backticks become code. Empty text is refused by Jira. */
function runs(paragraph: string): TextNode[] {
  return paragraph.split(/`([^`]*)`/).flatMap((part, index): TextNode[] => {
    if (part === '') return [];
    return index % 2 === 1 ? [{ type: 'text', text: part, marks: [{ type: 'code' }] }] : plainRun(part);
  });
}

const plainRun = (text: string): TextNode[] => (text === '' ? [] : [{ type: 'text', text }]);

/** Between `{noformat}` nothing is markup, so that data calls nobody and ends no block but its own. */
function asText(body: Paragraph[], marker: Marker): string {
  const lines = body.flatMap((paragraph) =>
    typeof paragraph === 'string' ? [paragraph, ''] : [...paragraph.map((pair) => pair.join(': ')), ''],
  );
  const text = [...lines, lastLine(marker)].join('\n').replaceAll('{noformat}', '{ noformat }');
  return `{noformat}\n${text}\n{noformat}`;
}

const lastLine = (marker: Marker): string => `Made by Backout, which finds it again by \`${marker}\`.`;
