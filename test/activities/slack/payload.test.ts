/** The messages as Slack gets them: word for word, within its limits, and nothing in them pings or hides. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockId, toSlackPayload } from '../../../activities/slack/payload.ts';
import type { SlackPayload } from '../../../activities/slack/payload.ts';
import { announcementFor } from '../../../src/domain/announcement.ts';
import type { Announcement } from '../../../src/domain/announcement.ts';
import type { AnnouncementEvent } from '../../../src/domain/notification.ts';
import { CASES } from '../../support/cases.ts';

const EVENTS = {
  started: 'started',
  shifted: 'traffic-shifted',
  waiting: 'waiting-for-decision',
  success: 'ended',
  already: 'ended',
  continuing: 'ended',
  paged: 'ended',
  unverified: 'ended',
  'aborted-at-shift': 'ended',
  'skipped-stop': 'ended',
  cancelled: 'ended',
} as const satisfies Record<keyof typeof CASES, AnnouncementEvent>;
const NAMES = Object.keys(EVENTS) as (keyof typeof CASES)[];

const payloadOf = (name: keyof typeof CASES) => toSlackPayload(announcementFor(EVENTS[name], CASES[name]()));

const MESSAGE: Announcement = {
  id: ['rollback-1', 'started'],
  tone: 'begin',
  title: 'Rolling back: listings in production (P1)',
  body: ['All traffic is on green.'],
  fields: [['Reason', '5xx']],
  lists: [{ heading: 'Next steps', items: ['Wait.'] }],
  commands: [{ heading: 'Answer with', lines: ['backout status'] }],
};

function textsOf({ text, blocks }: SlackPayload): string[] {
  return [
    text,
    ...blocks.flatMap((block) => {
      if (block.type === 'context') return block.elements.map((element) => element.text);
      return 'fields' in block ? block.fields.map((field) => field.text) : [block.text.text];
    }),
  ];
}

/** As https://docs.slack.dev/reference/block-kit/blocks has it. */
function expectWithinLimits({ text, blocks }: SlackPayload): void {
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(3000);
  expect(blocks.length).toBeLessThanOrEqual(50);
  for (const block of blocks) {
    if (block.type === 'header') {
      expect(block.text.text.length).toBeLessThanOrEqual(150);
      expect(block.block_id.length).toBeLessThanOrEqual(255);
    } else if (block.type === 'context') {
      expect(block.elements.length).toBeLessThanOrEqual(10);
    } else if ('fields' in block) {
      expect(block.fields.length).toBeLessThanOrEqual(10);
      for (const field of block.fields) expect(field.text.length).toBeLessThanOrEqual(2000);
    } else {
      expect(block.text.text.length).toBeGreaterThan(0);
      expect(block.text.text.length).toBeLessThanOrEqual(3000);
    }
  }
}

describe('the whole message, word for word', () => {
  test.each(NAMES)('%s', async (name) => {
    const payload = payloadOf(name);
    expectWithinLimits(payload);
    await expect(`${JSON.stringify(payload, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.json`);
  });
});

test('one tone has one sign, so that the end can be told from across the room', () => {
  const signs = Object.fromEntries(NAMES.map((name) => [name, payloadOf(name).text.split(' ')[0]]));
  expect(signs).toEqual({
    started: '🔄',
    shifted: '➡️',
    waiting: '✋',
    success: '✅',
    already: '✅',
    continuing: '✅',
    paged: '✅',
    unverified: '🚨',
    'aborted-at-shift': '🚨',
    'skipped-stop': '✅',
    cancelled: '🚨',
  });
});

test('a message is header, body, fields, commands, lists and note, in this order', () => {
  expect(toSlackPayload(MESSAGE, { note: 'Sent again.' })).toEqual({
    text: '🔄 Rolling back: listings in production (P1) All traffic is on green.',
    blocks: [
      {
        type: 'header',
        block_id: blockId(MESSAGE),
        text: { type: 'plain_text', text: '🔄 Rolling back: listings in production (P1)', emoji: false },
      },
      { type: 'section', text: { type: 'mrkdwn', text: 'All traffic is on green.', verbatim: true } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Reason*\n5xx', verbatim: true }] },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*Answer with*\n```backout status```', verbatim: true },
      },
      { type: 'section', text: { type: 'mrkdwn', text: '*Next steps*\n• Wait.', verbatim: true } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'Sent again.', verbatim: true }] },
    ],
  });
});

test('the header’s id is the same for the same moment, and another for another', () => {
  expect(blockId({ id: ['a', 'b'] })).toMatch(/^backout-[0-9a-f]{32}$/);
  expect(blockId({ id: ['a', 'b'] })).toBe(blockId({ id: ['a', 'b'] }));
  expect(new Set([['a', 'b'], ['ab'], ['a', 'b', ''], ['a,b']].map((id) => blockId({ id }))).size).toBe(4);
  const ids = (['started', 'traffic-shifted', 'ended'] as const).map((event) =>
    blockId(announcementFor(event, CASES.success())),
  );
  expect(new Set(ids).size).toBe(3);
});

test('data can neither ping, nor link, nor begin code', () => {
  const evil = '<!channel> <@U123> <https://evil|click> & ```code``` `x`';
  const payload = toSlackPayload({
    ...MESSAGE,
    title: evil,
    body: [evil],
    fields: [[evil, evil]],
    lists: [{ heading: evil, items: [evil] }],
    commands: [{ heading: 'Answer', lines: [evil] }],
  });
  const [text, header, body, field, command, list] = textsOf(payload);
  const escaped = '&lt;!channel&gt; &lt;@U123&gt; &lt;https://evil|click&gt; &amp; ˋˋˋcodeˋˋˋ ˋxˋ';
  expect(text).toBe(`🔄 ${escaped} ${escaped}`);
  expect(header).toBe('🔄 ‹!channel› ‹@U123› ‹https://evil|click› ＆ ```code``` `x`');
  expect(body).toBe(escaped);
  expect(field).toBe(`*${escaped}*\n${escaped}`);
  expect(command).toBe(
    '*Answer*\n```&lt;!channel&gt; &lt;@U123&gt; &lt;https://evil|click&gt; &amp; `\u200b`\u200b`code`\u200b`\u200b` `x````',
  );
  expect(list?.startsWith(`*${escaped}*\n• &lt;!channel&gt; &lt;@U123&gt;`)).toBe(true);
  for (const shown of textsOf(payload)) expect(shown).not.toMatch(/[<>]/);
});

test('data on many lines can’t begin a field or a list of its own', () => {
  const payload = toSlackPayload({ ...MESSAGE, fields: [['Reason', '5xx\n*Status*\r\nall is well']] });
  expect(textsOf(payload)).toContain('*Reason*\n5xx ⏎ *Status* ⏎ all is well');
});

test('a command in our own sentences stays code, and what is in it stays text', () => {
  const items = ['Decide `retry` or `<skip>` now.', 'an odd ` one'];
  const payload = toSlackPayload({ ...MESSAGE, lists: [{ heading: 'Next', items }] });
  expect(textsOf(payload)).toContain('*Next*\n• Decide `retry` or `&lt;skip&gt;` now.\n• an odd ˋ one');
});

test('what is too long is cut, and says so', () => {
  const long = '&'.repeat(10_000);
  const payload = toSlackPayload({
    ...MESSAGE,
    title: long,
    body: [long],
    fields: [['Reason', long]],
    lists: [
      { heading: 'Next', items: Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(90)}`) },
    ],
    commands: [{ heading: 'Answer', lines: [long, long] }],
  });
  expectWithinLimits(payload);
  const [text, header, body, field, command, list] = textsOf(payload);
  const cut = ' … (shortened: the report has all of it)';
  expect(header).toBe(`🔄 ${'＆'.repeat(146)}…`);
  for (const shown of [text, body, field])
    expect(shown).toMatch(new RegExp(`(&amp;){100}${cut.replace(/[()]/g, '\\$&')}$`));
  expect(command?.endsWith(`&amp;${cut}\`\`\``)).toBe(true);
  const lines = (list ?? '').split('\n');
  expect(lines.at(-1)).toBe(`• … and ${100 - (lines.length - 2)} more`);
  expect(lines.at(-2)).toBe(`• ${lines.length - 3} ${'x'.repeat(90)}`);
});

test('with more warnings than Slack has room for, facts and answers still are there', () => {
  const body = Array.from({ length: 80 }, (_, index) => `Warning: ${index}`);
  const payload = toSlackPayload({ ...MESSAGE, body }, { note: 'Sent again.' });
  expectWithinLimits(payload);
  expect(payload.blocks).toHaveLength(50);
  expect(textsOf(payload).slice(-6)).toEqual([
    'Warning: 43',
    '… (shortened: the report has all of it)',
    '*Reason*\n5xx',
    '*Answer with*\n```backout status```',
    '*Next steps*\n• Wait.',
    'Sent again.',
  ]);
});

test('of more text than Slack takes in all blocks, the first paragraphs are sent, and facts and answers', () => {
  const body = Array.from({ length: 10 }, (_, index) => `${index} ${'x'.repeat(2000)}`);
  const payload = toSlackPayload({ ...MESSAGE, body });
  expectWithinLimits(payload);
  expect(JSON.stringify(payload.blocks).length).toBeLessThanOrEqual(13_000);
  expect(textsOf(payload).slice(2)).toEqual([
    ...body.slice(0, 5),
    '… (shortened: the report has all of it)',
    '*Reason*\n5xx',
    '*Answer with*\n```backout status```',
    '*Next steps*\n• Wait.',
  ]);
});

test('more than ten fields take a second section', () => {
  const fields = Array.from({ length: 23 }, (_, index): [string, string] => [`F${index}`, 'x']);
  const payload = toSlackPayload({ ...MESSAGE, fields });
  const counts = payload.blocks.flatMap((block) => ('fields' in block ? [block.fields.length] : []));
  expect(counts).toEqual([10, 10, 3]);
});

test('a list without items is not shown', () => {
  const payload = toSlackPayload({ ...MESSAGE, lists: [{ heading: 'Next steps', items: [] }] });
  expect(textsOf(payload).join('\n')).not.toContain('Next steps');
});

test('whatever the data is, the message is one that Slack takes and nothing in it is markup', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(...'<>&`*\n!@#', '\u001b', '\ud83d'), maxLength: 40 }),
    fc.string({ maxLength: 50 }).map((piece) => `<${piece}&`.repeat(300)),
  );
  fc.assert(
    fc.property(
      fc.record({
        title: text,
        body: fc.array(text, { maxLength: 60 }),
        fields: fc.array(fc.tuple(fc.constant('Reason'), text), { maxLength: 12 }),
        items: fc.array(text, { maxLength: 60 }),
        lines: fc.array(text, { minLength: 1, maxLength: 5 }),
      }),
      ({ title, body, fields, items, lines }) => {
        const payload = toSlackPayload({
          ...MESSAGE,
          title,
          body: body.map((paragraph) => `Said: ${paragraph}`),
          fields,
          lists: [{ heading: 'Next', items }],
          commands: [{ heading: 'Answer', lines }],
        });
        expectWithinLimits(payload);
        expect(payload.blocks[0]?.type).toBe('header');
        for (const shown of textsOf(payload)) {
          expect(shown).not.toMatch(/[<>]/);
          expect(shown).not.toMatch(/&(?!(amp|lt|gt);)/);
        }
      },
    ),
    { numRuns: 25 },
  );
});
