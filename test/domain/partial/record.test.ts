import { describe, expect, it } from 'vitest';
import {
  fileEntry,
  flagEntry,
  newerInTheSameFile,
  parsePartial,
  settled,
  withEntry,
} from '../../../src/domain/partial/record.ts';
import type { PartialEntry } from '../../../src/domain/partial/record.ts';

const common = { by: 'rollback-1', at: '2026-11-21T03:00:00.000Z', phase: 'changing' as const };
const flag: PartialEntry = {
  kind: 'flag',
  name: 'same',
  where: 'Unleash',
  before: 'on',
  after: 'off',
  ...common,
};
const file: PartialEntry = {
  kind: 'configuration',
  name: 'same',
  file: '/srv/.env',
  kept: '/srv/.env.backout-20261121-030000',
  before: 'aa',
  after: 'bb',
  ...common,
};
const NOTHING = { restores: false, flags: [], files: [] };

describe('the record of partial rollbacks', () => {
  it('is empty where there is none, and is never guessed from other text', () => {
    expect(parsePartial(null)).toEqual({ entries: [] });
    expect(() => parsePartial('half of i')).toThrow();
    expect(() => parsePartial('{"entries": [{"kind": "other"}]}')).toThrow();
  });

  it('tells a flag from a configuration file of the same name', () => {
    const record = withEntry(withEntry({ entries: [] }, flag), file);
    expect([flagEntry(record, 'same'), fileEntry(record, 'same')]).toEqual([flag, file]);
    expect(flagEntry(record, 'other')).toBeNull();
  });

  it('has one entry for each thing, the last one', () => {
    const record = withEntry(withEntry({ entries: [] }, flag), { ...flag, by: 'rollback-2' });
    expect(record.entries).toEqual([{ ...flag, by: 'rollback-2' }]);
  });

  it('is done with what a rollback that ended well has changed, and forgets what it has put back', () => {
    const record = withEntry(withEntry({ entries: [] }, flag), file);
    expect(settled(record, { ...NOTHING, flags: [flag] }).entries.map(({ phase }) => phase)).toEqual([
      'changed',
      'changing',
    ]);
    expect(settled(record, { restores: true, flags: [], files: [file] }).entries).toEqual([flag]);
  });

  it('tells what was changed later in the same file, newest first; flags alone do not touch each other', () => {
    const flagIn = (name: string): PartialEntry => ({ ...flag, name });
    const fileOf = (entry: PartialEntry) =>
      entry.kind === 'configuration' ? entry.file : entry.name === 'in-unleash' ? null : '/srv/.env';
    const [a, b, unleash] = [flagIn('a'), flagIn('b'), flagIn('in-unleash')];
    const other: PartialEntry = { ...file, name: 'other', file: '/srv/other.env' };
    const newer = (entries: PartialEntry[], entry: PartialEntry) =>
      newerInTheSameFile({ entries }, entry, fileOf);
    expect(newer([a, unleash, other, file], a)).toEqual([file]);
    expect(newer([a, file], file)).toEqual([]);
    expect(newer([file, a], file)).toEqual([a]);
    expect(newer([a, file, b], a)).toEqual([b, file]);
    expect(newer([file, a, b], a)).toEqual([]);
    expect(newer([unleash, file], unleash)).toEqual([]);
    const second: PartialEntry = { ...file, name: 'second' };
    expect(newer([file, second], file)).toEqual([second]);
  });
});
