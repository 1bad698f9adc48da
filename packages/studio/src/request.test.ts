import { describe, expect, it } from 'vitest';
import { decideWish, type RawRequest } from './request.ts';

const bounds = { promptMaxCharacters: 20, steps: { min: 1, max: 60, usual: 24 } };
const decide = (raw: Partial<RawRequest>) => decideWish({ prompt: 'a red heron', ...raw }, bounds, 7);

describe('a wish', () => {
  it('takes what the policy calls usual where nothing is asked', () => {
    expect(decide({})).toEqual({
      ok: true,
      wish: { prompt: 'a red heron', seed: 7, steps: 24, guidance: 2.5, mode: 'clip', size: 256 },
    });
  });

  it('takes any finite guidance, and seeds as strings', () => {
    expect(decide({ guidance: -1e6, seed: '9007199254740991', steps: 60, mode: 'walk' })).toMatchObject({
      ok: true,
      wish: { guidance: -1e6, seed: 9007199254740991, steps: 60, mode: 'walk' },
    });
  });

  it.each<[string, Partial<RawRequest>]>([
    ['prompt_empty', { prompt: ' \u0000\n ' }],
    ['prompt_too_long', { prompt: 'x'.repeat(100_000) }],
    ['prompt_too_long', { prompt: '🦢'.repeat(21) }],
    ['seed_out_of_range', { seed: -1 }],
    ['seed_out_of_range', { seed: 0.5 }],
    ['seed_out_of_range', { seed: '9007199254740992' }],
    ['seed_out_of_range', { seed: '0x10' }],
    ['seed_out_of_range', { seed: null }],
    ['steps_out_of_range', { steps: 0 }],
    ['steps_out_of_range', { steps: 61 }],
    ['steps_out_of_range', { steps: 1.5 }],
    ['steps_out_of_range', { steps: '24' }],
    ['guidance_not_finite', { guidance: Number.NaN }],
    ['guidance_not_finite', { guidance: Number.POSITIVE_INFINITY }],
    ['guidance_not_finite', { guidance: 'NaN' }],
    ['guidance_not_finite', { guidance: null }],
    ['size_unsupported', { size: 100 }],
    ['size_unsupported', { size: '256' }],
  ])('refuses with %s: %j', (code, raw) => {
    expect(decide(raw)).toMatchObject({ ok: false, code });
  });

  it('counts characters, not code units', () => {
    expect(decide({ prompt: '🦢'.repeat(20) })).toMatchObject({ ok: true });
  });
});
