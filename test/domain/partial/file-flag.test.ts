import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOff, offToken, readFileFlag, writeFileFlag } from '../../../src/domain/partial/file-flag.ts';

const JSON_FLAG = { file: '/srv/flags.jsonc', key: 'features.search', off: false };
const ENV_FLAG = { file: '/srv/.env.blue', key: undefined, off: 'disabled' };

describe('a flag in a file', () => {
  it('is switched off in JSON with comments and spacing kept', () => {
    const text = '{\n  // asked for by anna\n  "features": { "search":   true, "other": true }, // both\n}\n';
    const found = readFileFlag(text, 'search', JSON_FLAG);
    if ('problem' in found) throw new Error(found.problem);
    expect(found.raw).toBe('true');
    expect(isOff(found.raw, JSON_FLAG)).toBe(false);
    expect(offToken(found.raw, JSON_FLAG)).toBe('false');
    expect(writeFileFlag(text, 'false', { name: 'search', place: JSON_FLAG })).toEqual({
      text: '{\n  // asked for by anna\n  "features": { "search":   false, "other": true }, // both\n}\n',
    });
  });

  it('is switched off in an environment file with quotes and comments kept', () => {
    const text = 'SEARCH="enabled" # see 1234\r\nOTHER=enabled\r\n';
    const place = { ...ENV_FLAG, key: 'SEARCH' };
    const found = readFileFlag(text, 'search', place);
    if ('problem' in found) throw new Error(found.problem);
    const raw = offToken(found.raw, place);
    expect(writeFileFlag(text, raw, { name: 'search', place })).toEqual({
      text: 'SEARCH="disabled" # see 1234\r\nOTHER=enabled\r\n',
    });
    expect(isOff(raw, place)).toBe(true);
  });

  it('has its own name for its key where no other is given', () => {
    expect(readFileFlag('SEARCH=1', 'SEARCH', ENV_FLAG)).toMatchObject({ raw: '1' });
    expect(readFileFlag('{"a": {"b": 1}}', 'a.b', { file: '/x.json' })).toMatchObject({ raw: '1' });
    expect(readFileFlag('{"a.b": 1}', 'any', { file: '/x.json', key: ['a.b'] })).toMatchObject({ raw: '1' });
  });

  it('is not looked for where the format is not known', () => {
    expect(readFileFlag('A=1', 'A', { file: '/srv/flags.conf' })).toEqual({
      problem: 'its name does not say whether it is JSON or an environment file: set `format`',
    });
  });

  it('is as it was once the old value is written again', () => {
    const values = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,6}$/),
      fc.oneof(fc.boolean(), fc.integer(), fc.string()),
    );
    fc.assert(
      fc.property(values, fc.oneof(fc.boolean(), fc.integer(), fc.string()), (others, before) => {
        const text = `${JSON.stringify({ ...others, THE: before }, null, 3)}\n`;
        const place = { file: '/f.json', key: 'THE', off: false };
        const found = readFileFlag(text, 'the', place);
        if ('problem' in found) throw new Error(found.problem);
        const off = writeFileFlag(text, offToken(found.raw, place), { name: 'the', place });
        if ('problem' in off) throw new Error(off.problem);
        expect(JSON.parse(off.text)).toEqual({ ...others, THE: false });
        expect(writeFileFlag(off.text, found.raw, { name: 'the', place })).toEqual({ text });
      }),
    );
  });
});
