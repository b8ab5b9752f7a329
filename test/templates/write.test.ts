/** Templates as Liquid: what they may do, and what becomes of one that fails. */
import { describe, expect, it } from 'vitest';
import { TEMPLATE_MESSAGES } from '../../src/domain/templates/messages.ts';
import { samplePlace } from '../../src/domain/templates/sample-record.ts';
import { sampleOf } from '../../src/domain/templates/samples.ts';
import { render, variablesOf } from '../../src/templates/engine.ts';
import { createWriter, write } from '../../src/templates/write.ts';

const draft = sampleOf('page', samplePlace());
const FILE = '/etc/backout/templates/page.liquid';
const by = (source: string) => write({ page: { file: FILE, source } }, draft);

const NEXT =
  'The default text was used instead. Correct it, look at it with `backout templates preview page`, and restart the worker.';

describe('a message', () => {
  it('is the default where there is no template for it', () => {
    expect(write(undefined, draft)).toEqual({ message: draft.message, problem: null });
    expect(write({ 'customer-notice': { file: FILE, source: 'x' } }, draft).message).toBe(draft.message);
  });

  it.each(TEMPLATE_MESSAGES)('%s is what its template writes', (name) => {
    const sample = sampleOf(name, samplePlace());
    const source =
      'Subject: Ours\n\nIn our words, about {{ default | size | at_least: 1 | at_most: 1 }} thing';
    const written = write({ [name]: { file: FILE, source } }, sample);
    expect(written.problem).toBeNull();
    expect(written.message).toContain('In our words, about 1 thing');
    expect(written.message).not.toBe(sample.message);
  });

  it.each(TEMPLATE_MESSAGES)('%s is the default where the template is just the default', (name) => {
    const sample = sampleOf(name, samplePlace());
    expect(write({ [name]: { file: FILE, source: '{{ default }}\n' } }, sample)).toEqual({
      message: sample.message,
      problem: null,
    });
  });

  it('can go through facts one by one, or show them as they are', () => {
    expect(
      by('T\n{% for fact in facts %}{{ fact.name }} = {{ fact.value }}\n{% endfor %}').message,
    ).toContain('\n\nCustomers affected = yes\n\n');
    expect(by('T\n{{ facts }}').message).toContain('\nCustomers affected: yes\n');
    expect(by('T').message).not.toContain('Customers affected');
  });

  it('has its facts as they are, whatever a filter makes of the text around them', () => {
    const { message } = by('{{ default | upcase }}');
    expect(message).toContain('\nCustomers affected: yes\n');
    expect(message).toContain('\nYOU ARE CALLED AS LEVEL 2');
    expect(message).not.toMatch(/FACTS|LISTS|[\ue000-\uf8ff]/);
    const { length } = String(draft.values()['default']);
    for (const size of Array.from({ length }, (_, index) => index + 1))
      expect(by(`{{ default | slice: 0, ${size} }}`).message).not.toMatch(/[\ue000-\uf8ff]/);
  });
});

describe('a template that fails', () => {
  it.each([
    ['a\n{{ servce }}', `${FILE}:2:4 failed: undefined variable: servce.`],
    ['{{ title.constructor }}', `${FILE}:1:4 failed: undefined variable: title.constructor.`],
    ['{% if title %}', `${FILE}:1:1 failed: tag {% if title %} not closed.`],
    ['{% include "/etc/passwd" %}', `${FILE}:1:1 failed: tag "include" not found.`],
    ['{% render "other" %}', `${FILE}:1:1 failed: tag "render" not found.`],
    ['{% layout "other" %}', `${FILE}:1:1 failed: tag "layout" not found.`],
    ['{% for i in (1..999999999) %}x{% endfor %}', `${FILE}:1:1 failed: memory alloc limit exceeded.`],
    ['{% if false %}x{% endif %}', `${FILE} failed: it writes no text.`],
    [
      '{% for i in (1..300) %}{{ default }}{% endfor %}',
      `${FILE} failed: it writes more than 20000 characters.`,
    ],
  ])('holds nothing up: %s', (source, said) => {
    expect(by(source)).toEqual({ message: draft.message, problem: `The template ${said}` });
  });

  it('is cut off where it would never end', () => {
    const loop = '{% for j in (1..9000) %}{% assign x = j | times: j %}';
    const begun = performance.now();
    const { message, problem } = by(`${loop}${loop}${loop}{% endfor %}{% endfor %}{% endfor %}`);
    expect(message).toBe(draft.message);
    expect(problem).toMatch(/ failed: template render limit exceeded\.$/);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('is the default, too, where its values can not be made', () => {
    const values = () => {
      throw new Error('no database');
    };
    expect(write({ page: { file: FILE, source: 'x' } }, { ...draft, values })).toEqual({
      message: draft.message,
      problem: `The template ${FILE} failed: no database.`,
    });
  });

  it('is told to whoever keeps the log, and one that works is not', () => {
    const told: string[] = [];
    const templates = { page: { file: FILE, source: '{{ nothing }}' } };
    const onBadTemplate = (problem: string) => void told.push(problem);
    createWriter({ templates, onBadTemplate })(draft);
    createWriter({ templates: { page: { file: FILE, source: 'x' } }, onBadTemplate })(draft);
    expect(told).toEqual([`The template ${FILE}:1:4 failed: undefined variable: nothing. ${NEXT}`]);
  });
});

describe('Liquid', () => {
  it('names the variables from outside, each once, and none of its own', () => {
    const source =
      '{{ title }}\n{% assign mine = reason | upcase %}{{ mine }}{{ title }}{% for one in facts %}{{ one.name }}{{ forloop.index }}{% endfor %}';
    expect(variablesOf(source)).toEqual([
      { name: 'title', line: 1, column: 4 },
      { name: 'reason', line: 2, column: 18 },
      { name: 'facts', line: 2, column: 71 },
    ]);
  });

  it('leaves what it is given as it is: markup of a message is not its business', () => {
    expect(render('{{ reason }}', { reason: '<b> & {{ title }}' })).toBe('<b> & {{ title }}');
  });

  it('takes null for nothing, and what is not there for a mistake', () => {
    expect(render('[{{ eta }}]{% if eta %}x{% endif %}', { eta: null })).toBe('[]');
    expect(() => render('{% if etaa %}x{% endif %}', { eta: null })).toThrow('undefined variable: etaa');
  });
});
