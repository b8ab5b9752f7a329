/** `backout templates`: which messages there are, what they can say, and how they look. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listTemplates, previewTemplate, showTemplate } from '../../../src/cli/commands/templates.ts';
import { run } from '../../../src/cli/run.ts';
import { newFolder, SMALL, writeConfig } from '../../config/support.ts';
import { fakeIo } from '../support/io.ts';

function configWith(name: string, text: string): { path: string; file: string } {
  const folder = newFolder();
  mkdirSync(join(folder, 'words'));
  const file = join(folder, 'words', name);
  writeFileSync(file, text);
  return { path: writeConfig(`${SMALL}templates: ./words\n`, folder), file };
}

describe('backout templates list', () => {
  it('has a line for every message, with the file that writes it', async () => {
    const { path, file } = configWith('page.liquid', 'Wake up');
    const io = fakeIo();
    expect(await listTemplates({ config: path }, io)).toBe(0);
    const lines = io.printed.out.trimEnd().split('\n');
    expect(lines).toHaveLength(14);
    expect(lines[0]).toMatch(/^MESSAGE +WRITTEN BY +WHAT IT IS$/);
    expect(lines.filter((line) => line.includes(file))).toEqual([
      expect.stringMatching(/^page +\S+\/words\/page\.liquid +a page to somebody/),
    ]);
    expect(lines.filter((line) => / default +/.test(line))).toHaveLength(12);
  });

  it('is a list as JSON', async () => {
    const { path, file } = configWith('page.liquid', 'Wake up');
    const io = fakeIo();
    await listTemplates({ config: path, json: true }, io);
    const listed = JSON.parse(io.printed.out) as { message: string; file: string | null }[];
    expect(listed.filter((one) => one.file !== null)).toEqual([
      { message: 'page', what: expect.stringMatching(/^a page/), file },
    ]);
    expect(listed).toHaveLength(13);
  });
});

describe('backout templates show', () => {
  it('names each field with its meaning and an example, without any configuration', () => {
    const io = fakeIo();
    expect(showTemplate({ message: 'status-page-update' }, io)).toBe(0);
    expect(io.printed.out)
      .toBe(`FIELD        WHAT IT IS                                                 EXAMPLE
default      the default text                                           (see \`backout templates preview\`)
name         the title of the incident, which has no template           Problems with listings
event        \`investigating\`, \`identified\`, \`monitoring\` or \`resolved\`  identified
severity     P0 to P3                                                   P1
started      when the incident began                                    2026-11-21 04:15 UTC
next_update  when the next one comes; null with the last                2026-11-21 04:30 UTC
number       counts the updates, from 1                                 1
`);
  });

  it('has whole examples as JSON', () => {
    const io = fakeIo();
    showTemplate({ message: 'announcement-ended', json: true }, io);
    const { fields } = JSON.parse(io.printed.out) as { fields: { name: string; example: unknown }[] };
    expect(fields.find(({ name }) => name === 'facts')?.example).toContainEqual({
      name: 'Duration',
      value: '10 min 0 s',
    });
  });

  it('refuses a message that there is not, and names the one that was meant', () => {
    expect(() => showTemplate({ message: 'pgae' }, fakeIo())).toThrow(
      'There is no message "pgae"; did you mean page? Nothing was changed: traffic and data are as they were.',
    );
    expect(() => showTemplate({ message: 'everything' }, fakeIo())).toThrow(
      /^There is no message "everything"; known here: announcement-started, .*, customer-notice\. Nothing was changed: traffic and data are as they were\.$/,
    );
  });
});

describe('backout templates preview', () => {
  it('shows the default where no file writes it, and says that nothing was sent', async () => {
    const io = fakeIo();
    expect(await previewTemplate({ config: writeConfig(SMALL), message: 'status-page-update' }, io)).toBe(0);
    expect(io.printed).toEqual({
      out: 'We know how to put listings right, and are doing so. Next update by 2026-11-21 04:30 UTC.\n',
      err: 'status-page-update, the default text, about a rollback that never was. Nothing was sent.\n\n',
    });
  });

  it('shows what the file writes, with the commands that stay, about the service that is named', async () => {
    const { path, file } = configWith(
      'announcement-waiting-for-restore.liquid',
      '{{ service }} in {{ environment }} wants RESTORE\n{{ data }}\n',
    );
    const io = fakeIo();
    const options = { config: path, message: 'announcement-waiting-for-restore', service: 'listings' };
    expect(await previewTemplate(options, io)).toBe(0);
    expect(io.printed.out).toBe(`listings in production wants RESTORE

No data was changed.

Answer with one of:
  backout confirm-restore rollback-listings-production-20261121-041500
`);
    expect(io.printed.err).toContain(`, written by ${file}, about a rollback that never was.`);
  });

  it('is one document as JSON', async () => {
    const { path, file } = configWith('status-page-update.liquid', 'Soon better: {{ name }}');
    const io = fakeIo();
    await previewTemplate({ config: path, message: 'status-page-update', json: true }, io);
    expect(JSON.parse(io.printed.out)).toEqual({
      message: 'status-page-update',
      file,
      text: 'Soon better: Problems with listings\n',
    });
    expect(io.printed.err).toBe('');
  });

  it('exits with 2 and the reason where the template fails, and says what would be sent', async () => {
    const { path, file } = configWith('page.liquid', '{{ facts.first.nme }}');
    const io = fakeIo();
    expect(await run(['--config', path, 'templates', 'preview', 'page'], io)).toBe(2);
    expect(io.printed.out).toBe('');
    expect(io.printed.err).toBe(
      `backout: The template ${file}:1:4 failed: undefined variable: facts.first.nme. The default text would be sent instead; nothing was sent.\n`,
    );
  });

  it('exits with 2 where it can not be read, where the service is not there, and where one is missing', async () => {
    const { path, file } = configWith('page.liquid', '{% if title %}');
    const io = fakeIo();
    expect(await run(['--config', path, 'templates', 'preview', 'page'], io)).toBe(2);
    expect(io.printed.err).toContain(`${file}:1:1: tag {% if title %} not closed; correct it`);

    const preview = (...words: string[]) =>
      run(['--config', writeConfig(SMALL), 'templates', 'preview', 'page', ...words], io);
    expect(await preview('--service', 'listing')).toBe(2);
    expect(io.printed.err).toContain('Did you mean listings?');
    expect(await preview('--env', 'production')).toBe(2);
    expect(io.printed.err).toContain('--env needs --service. Nothing was changed');
  });
});
