/** Pages as mails. */
import { expect, test } from 'vitest';
import { toMail } from '../../../activities/paging/email-request.ts';
import { makePage } from '../../support/pages.ts';

const PEOPLE = { from: 'backout@example.com', to: ['oncall@example.com', 'lead@example.com'], repeat: false };

test('the mail says all of it as text and as HTML', () => {
  const mail = toMail(makePage(), PEOPLE);
  expect(mail.subject).toBe('listings in production is being rolled back (P0)');
  expect(mail.text).toBe(`listings in production is being rolled back (P0)

Traffic goes to green 2.0 still. No data was changed.

5xx since 2.0

Level 1: on duty
From: green 2.0
To: blue 1.0

Acknowledge:
  backout ack listings --by NAME
`);
  expect(mail.html).toContain('<h2>listings in production is being rolled back (P0)</h2>');
  expect(mail.html).toContain('<tr><th align="left" valign="top">From</th><td>green 2.0</td></tr>');
  expect(mail.html).toContain('<pre>backout ack listings --by NAME</pre>');
});

test('a page has one Message-ID however often it is sent; all of an incident belong below one ID', () => {
  const [first, again, other] = [makePage(), makePage(), makePage({ id: 'backout/x/2/1' })].map((page) =>
    toMail(page, PEOPLE),
  );
  expect(first?.messageId).toMatch(/^<page-[0-9a-f]{40}@example\.com>$/);
  expect(again?.messageId).toBe(first?.messageId);
  expect(other?.messageId).not.toBe(first?.messageId);
  expect(first?.inReplyTo).toMatch(/^<incident-[0-9a-f]{40}@example\.com>$/);
  expect(other?.inReplyTo).toBe(first?.inReplyTo);
  expect(toMail(makePage({ incidentKey: 'another' }), PEOPLE).inReplyTo).not.toBe(first?.inReplyTo);
});

test('a later try says, last of all, that the page may have arrived already', () => {
  const note = 'Sent again after a try that was cut off: you may have this already.';
  const first = toMail(makePage(), PEOPLE);
  const again = toMail(makePage(), { ...PEOPLE, repeat: true });
  expect(again.text).toBe(`${first.text}\n${note}\n`);
  expect(again.html).toContain(`<p><small>${note}</small></p>`);
  expect(first.html).not.toContain(note);
});

test('what people wrote can not become HTML nor a second header', () => {
  const mail = toMail(
    makePage({ title: 'a\r\nBcc: all@example.com <b>', body: ['<script>"&'], facts: [['<i>', '</table>']] }),
    PEOPLE,
  );
  expect(mail.subject).toBe('a ⏎ Bcc: all@example.com <b>');
  expect(mail.html).toContain('<h2>a ⏎ Bcc: all@example.com &lt;b&gt;</h2>');
  expect(mail.html).toContain('<p>&lt;script&gt;&quot;&amp;</p>');
  expect(mail.html).toContain('&lt;i&gt;</th><td>&lt;/table&gt;</td>');
});
