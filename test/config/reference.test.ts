import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { referenceText, settingsOf, withReference } from '../../src/config/reference.ts';

describe('docs/configuration.md', () => {
  it('is current: else run `npx tsx src/config/write-json-schema.ts`', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    expect(page).toBe(withReference(page, jsonSchema()));
  });

  it('has a row for every setting', () => {
    const rows = referenceText(jsonSchema()).match(/^\| `.*$/gm) ?? [];
    expect(rows).toHaveLength(settingsOf(jsonSchema()).length);
  });

  it('explains every setting', () => {
    const silent = settingsOf(jsonSchema()).filter(({ meaning }) => meaning === '');
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('keeps what is written by hand, and misses the line where the tables begin', () => {
    const start = '<!-- What follows is written by `npm run build` from the schema. -->\n';
    expect(withReference(`# By hand\n${start}old`, jsonSchema())).toBe(
      `# By hand\n${start}\n${referenceText(jsonSchema())}`,
    );
    expect(() => withReference('# By hand\n', jsonSchema())).toThrow(
      'docs/configuration.md lacks the line <!--',
    );
  });
});

describe('a setting', () => {
  const url = { type: 'string', description: 'Where.' };

  it('is required, has a default, or may be left out', () => {
    const schema = {
      type: 'object',
      required: ['url'],
      properties: {
        url,
        size: { type: 'integer', default: 3, description: 'How much.' },
        level: { type: 'string', enum: ['a', 'b'], description: 'Which.' },
        deep: {
          type: 'object',
          properties: { flag: { type: 'boolean', default: false, description: 'Whether.' } },
        },
      },
    };
    expect(settingsOf(schema)).toEqual([
      { path: 'url', type: 'string', default: '**required**', meaning: 'Where.' },
      { path: 'size', type: 'integer', default: '`3`', meaning: 'How much.' },
      { path: 'level', type: '`a`, `b`', default: '–', meaning: 'Which.' },
      { path: 'deep.flag', type: '`true` or `false`', default: '`false`', meaning: 'Whether.' },
    ]);
  });

  it('may stand under a name that people choose, or in a list', () => {
    const host = { type: 'object', properties: { url } };
    const schema = {
      properties: {
        hosts: { type: 'object', additionalProperties: host },
        pages: { type: 'array', items: host, description: 'Pages.' },
      },
    };
    expect(settingsOf(schema).map(({ path, type }) => [path, type])).toEqual([
      ['hosts.HOST.url', 'string'],
      ['pages', 'list'],
      ['pages[].url', 'string'],
    ]);
  });

  it('is one of several: in one row where they are small, else in a row for each of their settings', () => {
    const small = (name: string) => ({ type: 'object', properties: { [name]: url } });
    const big = (name: string) => ({
      type: 'object',
      required: [name],
      properties: {
        [name]: url,
        user: url,
        seconds: { type: 'number', default: 30, description: 'How long.' },
      },
    });
    const schema = {
      properties: {
        secret: { anyOf: [small('env'), small('file')], description: 'Where it is.' },
        process: { anyOf: [big('systemd'), big('pidFile')] },
      },
    };
    expect(settingsOf(schema).map(({ path, type, default: value }) => [path, type, value])).toEqual([
      ['secret', '`{ env: … }` or `{ file: … }`', '–'],
      ['process.systemd', 'string', '**one of these**'],
      ['process.user', 'string', '–'],
      ['process.seconds', 'number', '`30`'],
      ['process.pidFile', 'string', '**one of these**'],
    ]);
  });
});
