import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import { checkPassword, checkPseudonym, pseudonymKey } from './joining.ts';

const policy = await genesisPolicy();

describe('a pseudonym', () => {
  it.each([
    ['heron', 'heron', 'heron'],
    ['  Iris   Nacht ', 'Iris Nacht', 'irisnacht'],
    ['Zoë', 'Zoë', 'zoe'],
    ['ｋｏ', 'ko', 'ko'],
    ['hеron', 'hеron', 'heron'],
    ['night_heron-2', 'night_heron-2', 'nightheron2'],
    ['夜鷺', '夜鷺', '夜鷺'],
  ])('%j is %j with the key %j', (text, pseudonym, key) => {
    expect(checkPseudonym(text, policy)).toEqual({ ok: true, pseudonym, key });
    expect(pseudonymKey(text)).toBe(key);
  });
  it.each([
    ['', 'pseudonym_length'],
    ['   ', 'pseudonym_length'],
    ['a', 'pseudonym_length'],
    ['h'.repeat(33), 'pseudonym_length'],
    ['<script>', 'pseudonym_signs'],
    ['heron@home', 'pseudonym_signs'],
    ['heron\u0000', 'pseudonym_signs'],
    ['...', 'pseudonym_signs'],
    ['heron 🐦', 'pseudonym_signs'],
    ['\u202eheron', 'pseudonym_signs'],
  ])('%j is refused: %s', (text, code) => {
    expect(checkPseudonym(text, policy)).toMatchObject({ ok: false, code });
  });
  it('that is nothing can be nobody', () => {
    expect(pseudonymKey('… ')).toBeNull();
  });
});

describe('a password', () => {
  it.each([
    ['too short', 'nine sign', false],
    ['long enough', 'ten signs!', true],
    ['ten signs beyond the basic plane', '🐦'.repeat(10), true],
    ['as long as can be', 'x'.repeat(200), true],
    ['too long', 'x'.repeat(201), false],
  ])('%s', (_, password, ok) => {
    expect(checkPassword(password, policy).ok).toBe(ok);
  });
});
