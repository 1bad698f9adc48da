import { expect, test } from 'vitest';
import { type GenerateRequest, planOf } from './request.ts';

const known = (word: string): boolean => ['red', 'flag', 'cat'].includes(word);

test('words are sorted into known, unknown and motion', () => {
  const planned = planOf({ prompt: 'Red CATS, zebra; turn', seed: 1 }, known);
  if (!planned.ok) throw new Error(planned.message);
  expect(planned.plan).toMatchObject({
    clauses: [{ red: 1, cat: 1 }],
    unknownWords: ['zebra'],
    motion: { turn: 1 },
    steps: 30,
    guidance: 2.5,
    mode: 'clip',
    frames: 16,
    fps: 8,
    size: 256,
    path: [{ seed: 1 }],
  });
});

test('explicit weights win over the prompt and keep their sign and size', () => {
  const planned = planOf(
    { prompt: 'cat', words: { red: -3, flag: 1e9, sway: 0 }, seed: 0, guidance: -7 },
    known,
  );
  expect(planned.ok && planned.plan).toMatchObject({
    clauses: [{ red: -3, flag: 1e9 }],
    motion: { sway: 0 },
    guidance: -7,
  });
});

test.each<[string, object]>([
  ['words_invalid', { words: { red: Number.NaN } }],
  ['words_invalid', { words: { red: '1' } }],
  ['words_invalid', { words: 5 }],
  ['words_invalid', { words: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`w${i}`, 1])) }],
  ['words_invalid', { prompt: 'x'.repeat(100_001) }],
  ['words_invalid', { prompt: 5 }],
  ['seed_invalid', { seed: -1 }],
  ['seed_invalid', { seed: 0.5 }],
  ['seed_invalid', { seed: 2 ** 53 }],
  ['seed_invalid', { seed: undefined }],
  ['steps_out_of_range', { steps: 0 }],
  ['steps_out_of_range', { steps: 1001 }],
  ['steps_out_of_range', { steps: 2.5 }],
  ['guidance_not_finite', { guidance: Number.NaN }],
  ['guidance_not_finite', { guidance: Number.POSITIVE_INFINITY }],
  ['guidance_not_finite', { guidance: '3' }],
  ['mode_unsupported', { mode: 'film' }],
  ['frames_out_of_range', { frames: 0 }],
  ['frames_out_of_range', { frames: 65 }],
  ['path_invalid', { path: [] }],
  ['path_invalid', { path: [{ seed: -1 }] }],
  ['path_invalid', { path: [{ seed: 1, toward: 1.5 }] }],
  ['path_invalid', { path: [{ seed: 1, toward: 2, at: Number.NaN }] }],
  ['path_invalid', { path: [null] }],
  ['fps_out_of_range', { fps: 0 }],
  ['size_unsupported', { size: 100 }],
  ['words_invalid', { clauses: [{}, {}, {}, {}] }],
  ['words_invalid', { clauses: [null] }],
])('%s for %o', (code, more) => {
  expect(planOf({ seed: 1, ...more } as GenerateRequest, known)).toMatchObject({ ok: false, code });
});

test('a model of whole clips makes its own number of frames, and walks as far as it is asked', () => {
  expect(planOf({ seed: 1 }, known, 8)).toMatchObject({ ok: true, plan: { frames: 8 } });
  expect(planOf({ seed: 1, frames: 16 }, known, 8)).toMatchObject({ ok: false, code: 'frames_out_of_range' });
  expect(planOf({ seed: 1, mode: 'walk', frames: 5 }, known, 8)).toMatchObject({
    ok: true,
    plan: { frames: 5 },
  });
});

test('clauses keep what belongs together; a clause of unknown words is dropped and its words are named', () => {
  const planned = planOf({ prompt: 'red cat, zebra, flag', seed: 1 }, known);
  expect(planned.ok && planned.plan.clauses).toEqual([{ red: 1, cat: 1 }, { flag: 1 }]);
  expect(planned.ok && planned.plan.unknownWords).toEqual(['zebra']);
});
