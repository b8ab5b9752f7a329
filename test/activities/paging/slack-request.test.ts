/** Pages as Slack messages. */
import { expect, test } from 'vitest';
import { toSlackPage } from '../../../activities/paging/slack-request.ts';
import { makePage } from '../../support/pages.ts';

const MENTION = ['U0ANNA123', 'S0LEADS12', 'here', 'channel'];
const CALLED = '<@U0ANNA123> <!subteam^S0LEADS12> <!here> <!channel>';

test('a page that calls mentions those who are configured, first of all', () => {
  const { text, blocks } = toSlackPage(makePage(), { mention: MENTION, repeat: false });
  expect(text).toBe(
    `${CALLED} 🚨 listings in production is being rolled back (P0) Traffic goes to green 2.0 still. No data was changed. 5xx since 2.0`,
  );
  expect(blocks[1]).toEqual({ type: 'section', text: { type: 'mrkdwn', text: CALLED, verbatim: true } });
});

test.each(['acknowledge', 'resolve'] as const)('to %s, nobody is called', (action) => {
  const message = JSON.stringify(toSlackPage(makePage({ action }), { mention: MENTION, repeat: false }));
  expect(message).not.toMatch(/<[@!]/);
});

test('what people wrote calls nobody', () => {
  const page = makePage({
    title: '<!channel>',
    body: ['<@U0ANNA123> & <!here>'],
    facts: [['<!here>', '<!here>']],
  });
  expect(JSON.stringify(toSlackPage(page, { mention: [], repeat: false }))).not.toMatch(/<[@!]/);
});

test('a repeat says that it may be one', () => {
  const { blocks } = toSlackPage(makePage(), { mention: [], repeat: true });
  expect(blocks.at(-1)).toMatchObject({
    type: 'context',
    elements: [{ text: 'Sent again after a try that was cut off: you may have this already.' }],
  });
});

test('with more text than Slack takes, the mention and the facts stay', () => {
  const page = makePage({ body: Array.from({ length: 80 }, (_, index) => `paragraph ${index}`) });
  const { blocks } = toSlackPage(page, { mention: ['here'], repeat: true });
  expect(blocks).toHaveLength(50);
  expect(JSON.stringify(blocks[1])).toContain('<!here>');
  expect(JSON.stringify(blocks)).toContain('blue 1.0');
});
