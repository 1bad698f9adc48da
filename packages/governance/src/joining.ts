import { plainWords } from './names.ts';
import type { Policy } from './policy.ts';

export type PseudonymCheck =
  | { ok: true; pseudonym: string /** equal for all ways of writing that look the same */; key: string }
  | { ok: false; code: 'pseudonym_length'; min: number; max: number }
  | { ok: false; code: 'pseudonym_signs' };

const allowedSigns = /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} ._'’-]*$/u;

/**
 * A pseudonym as it will be shown, and the key under which it is unique and logs in: capitals, accents, spaces
 * and look-alike letters make no second heron. Errors, in this order: signs, length (in characters).
 */
export function checkPseudonym(text: string, policy: Policy): PseudonymCheck {
  const pseudonym = text.normalize('NFKC').trim().replace(/\s+/gu, ' ');
  const key = plainWords(pseudonym).join('');
  const { minCharacters: min, maxCharacters: max } = policy.membership.pseudonym;
  if (pseudonym !== '' && (!allowedSigns.test(pseudonym) || key === ''))
    return { ok: false, code: 'pseudonym_signs' };
  const length = [...pseudonym].length;
  if (length < min || length > max) return { ok: false, code: 'pseudonym_length', min, max };
  return { ok: true, pseudonym, key };
}

/** The key a person may log in with, or null when it can be nobody's. */
export function pseudonymKey(text: string): string | null {
  return plainWords(text).join('') || null;
}

/** Passwords are only asked to be long; at most 200 characters, so that hashing one costs no more than it should. */
export function checkPassword(
  password: string,
  policy: Policy,
): { ok: true } | { ok: false; code: 'password_length'; min: number; max: number } {
  const min = policy.membership.passwordMinCharacters;
  const length = [...password].length;
  return length >= min && length <= 200
    ? { ok: true }
    : { ok: false, code: 'password_length', min, max: 200 };
}
