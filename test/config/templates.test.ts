/** The folder of templates is checked with the configuration. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, loadConfig } from '../../src/config/load.ts';
import { ConfigurationError, formatProblem } from '../../src/config/problems.ts';
import { newFolder, SMALL, writeConfig } from './support.ts';

const WITH = `${SMALL}templates: ./words\n`;

/** A configuration whose folder holds these files. */
function configWith(files: Record<string, string>): { path: string; words: string } {
  const folder = newFolder();
  const words = join(folder, 'words');
  mkdirSync(words);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(words, name), text);
  return { path: writeConfig(WITH, folder), words };
}

async function problemsWith(files: Record<string, string>): Promise<string[]> {
  const { path, words } = configWith(files);
  const error: unknown = await loadConfig({ path, env: {} }).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigurationError)) throw error;
  return error.problems.map((problem) => formatProblem(problem).replace(`${words}/`, ''));
}

describe('the folder of templates', () => {
  it('is read with the configuration, from beside it; what editors leave is passed over', async () => {
    const { path, words } = configWith({
      'page.liquid': '{{ default }}\n',
      '.page.liquid.swp': '{% nonsense',
      'page.liquid~': '{% nonsense',
      '#page.liquid#': '{% nonsense',
    });
    expect((await loadConfig({ path, env: {} })).templates).toEqual({
      page: { file: join(words, 'page.liquid'), source: '{{ default }}\n' },
    });
  });

  it('need not be, and may be empty', async () => {
    expect((await loadConfig({ path: writeConfig(SMALL), env: {} })).templates).toEqual({});
    expect((await loadConfig({ path: configWith({}).path, env: {} })).templates).toEqual({});
  });

  it('must be there where it is named', async () => {
    const path = writeConfig(WITH);
    await expect(loadConfig({ path, env: {} })).rejects.toThrow(
      /:22:12: templates: \S+\/words can't be read \(ENOENT: .*\); make this folder, or take the setting out\n/,
    );
  });

  it('has files by the names of messages, else the nearest is named, or all are', async () => {
    expect(await problemsWith({ 'pgae.liquid': 'x' })).toEqual([
      'pgae.liquid:1:1: no message is written by pgae.liquid; did you mean page.liquid?',
    ]);
    const [all] = await problemsWith({ 'README.md': 'x' });
    expect(all).toMatch(
      /^README\.md:1:1: no message is written by README\.md; known are announcement-started\.liquid, .*, customer-notice\.liquid$/,
    );
  });

  it('has templates that can be read as Liquid', async () => {
    expect(
      await problemsWith({
        'page.liquid': 'a\n{% if title %}',
        'announcement-ended.liquid': 'a\n\n  {{ title | shout }}',
        'customer-notice.liquid': '{% include "page" %}',
      }),
    ).toEqual([
      'announcement-ended.liquid:3:3: undefined filter: shout; correct it, or take the file away: then the default is sent. See docs/templates.md',
      'customer-notice.liquid:1:1: tag "include" not found; correct it, or take the file away: then the default is sent. See docs/templates.md',
      'page.liquid:2:1: tag {% if title %} not closed; correct it, or take the file away: then the default is sent. See docs/templates.md',
    ]);
  });

  it('has templates that name fields of their message, also where they are seldom reached', async () => {
    expect(
      await problemsWith({
        'page.liquid': '{% if level == 9 %}{{ servce }}{% endif %}',
        'status-page-update.liquid': '{{ reason_for_all_this }}',
      }),
    ).toEqual([
      'page.liquid:1:23: there is no field servce in this message; did you mean service?',
      'status-page-update.liquid:1:4: there is no field reason_for_all_this in this message; known here: default, name, event, severity, started, next_update, number',
    ]);
  });

  it('has files of a size that a person could have written', async () => {
    expect(await problemsWith({ 'page.liquid': 'x'.repeat(65_537) })).toEqual([
      'page.liquid:1:1: has more than 65536 characters; write less',
    ]);
  });

  it.each([
    ['rollback on this machine', { mayBeSilent: true }],
    ['worker', { leavesTemplatesOut: true }],
  ])('keeps no %s from running: what is wrong is not used, and said', async (_what, options) => {
    const { path } = configWith({ 'page.liquid': '{% if', 'announcement-ended.liquid': 'Over' });
    const { config, unusedTemplates } = await checkConfig({ path, env: {}, ...options });
    expect(Object.keys(config.templates ?? {})).toEqual(['announcement-ended']);
    expect(unusedTemplates.map(({ message }) => message)).toEqual([
      'tag "{% if" not closed; correct it, or take the file away: then the default is sent. See docs/templates.md',
    ]);
  });
});
