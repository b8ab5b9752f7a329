/** What Slack's documented answers mean: taken, try again, or a person must act. */
import { expect, test } from 'vitest';
import { judgeAnswer } from '../../../activities/slack/webhook-answer.ts';

const judge = (status: number, body = '', retryAfter: string | null = null) =>
  judgeAnswer({ status, body, retryAfter });

const REMOVED = 'The webhook was removed or never was: make a new one in Slack and put its URL there.';
const GONE = 'The channel is gone or archived: make a webhook for another one and put its URL there.';
const FORBIDDEN =
  'The webhook may not post there: ask an administrator of the Slack workspace, or make a new one.';
const BUG = 'Slack does not understand the message, which is a bug in Backout: report it with this text.';
const NOT_SLACK = 'What is there is not the URL of a Slack webhook: check it.';

test.each(['ok', 'ok\n', ' ok '])('200 with %j is sent', (body) => {
  expect(judge(200, body)).toEqual({ kind: 'sent' });
});

test.each([
  [200, '<html>Sign in</html>', NOT_SLACK],
  [200, '', NOT_SLACK],
  [200, 'okay', NOT_SLACK],
  [201, 'ok', NOT_SLACK],
  [302, '', NOT_SLACK],
  [400, 'invalid_payload', BUG],
  [400, 'invalid_blocks', BUG],
  [400, 'no_text', BUG],
  [401, '', NOT_SLACK],
  [403, 'action_prohibited', FORBIDDEN],
  [403, 'invalid_token', REMOVED],
  [403, 'no_active_hooks', REMOVED],
  [404, 'no_service', REMOVED],
  [404, 'no_team', REMOVED],
  [404, 'channel_not_found', GONE],
  [404, '', REMOVED],
  [410, 'channel_is_archived', GONE],
  [410, '', GONE],
])('%i %j is refused, with what to do', (status, body, next) => {
  const why = `it answered ${status}${body === '' ? '' : ` "${body}"`}`;
  expect(judge(status, body)).toEqual({ kind: 'refused', why, next });
});

test.each([
  [500, 'rollup_error'],
  [502, ''],
  [503, 'upstream connect error'],
  [408, ''],
])('%i %j is worth another try', (status, body) => {
  const why = `it answered ${status}${body === '' ? '' : ` "${body}"`}`;
  expect(judge(status, body)).toEqual({ kind: 'later', why });
});

test.each([
  ['30', 30_000],
  ['1', 1000],
  ['0.2', 200],
  [null, 1000],
  ['', 1000],
  ['0', 1000],
  ['-5', 1000],
  ['soon', 1000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', 1000],
])('429 with Retry-After %j waits %i ms', (retryAfter, afterMs) => {
  expect(judge(429, 'rate_limited', retryAfter)).toEqual({
    kind: 'later',
    why: 'it answered 429 "rate_limited"',
    afterMs,
  });
});

test('of a long answer, only its beginning is quoted', () => {
  expect(judge(500, 'x'.repeat(5000))).toEqual({
    kind: 'later',
    why: `it answered 500 "${'x'.repeat(100)}"`,
  });
});

test('what a page of many lines or colours says is quoted on one plain line', () => {
  const { kind, ...rest } = judge(200, '<html>\r\n  <b>Sign\u001b[31m in</b>\n</html>\n');
  expect(kind).toBe('refused');
  expect(rest).toEqual({ why: 'it answered 200 "<html> ⏎ <b>Sign in</b> ⏎ </html>"', next: NOT_SLACK });
});
