import { describe, expect, it } from 'vitest';
import { nearest, suggest } from '../../src/config/nearest.ts';

describe('the nearest name', () => {
  it.each([
    ['adress', 'address'],
    ['addres', 'address'],
    ['addersss', 'address'],
    ['ADDRESS', 'address'],
    ['nmaespace', 'namespace'],
  ])('of %s is %s', (written, meant) => {
    expect(nearest(written, ['profile', 'namespace', 'address'])).toBe(meant);
  });

  it('is none when nothing is like it', () => {
    expect(nearest('kubernetes', ['address', 'namespace'])).toBeNull();
    expect(suggest('kubernetes', ['address', 'namespace'])).toBe('known here: address, namespace');
    expect(suggest('kubernetes', [])).toBe('nothing can be set here');
  });
});
