import { afterAll, expect, test } from 'vitest';
import { TINY_CLIPS, tinyModel } from '../model/tiny.ts';
import { drawPictures, type SampleHooks, samplePlan } from './draw.ts';
import { type GenerateRequest, planOf } from './request.ts';
import { Sampler } from './sampler.ts';

const pixelSampler = new Sampler(tinyModel(), 'cpu', 1);
const clipSampler = new Sampler(tinyModel(TINY_CLIPS), 'cpu', 1);
afterAll(() => Promise.all([pixelSampler.release(), clipSampler.release()]));

async function draw(request: Partial<GenerateRequest>, hooks: SampleHooks = {}, sampler = pixelSampler) {
  const length = sampler.model.record.config.temporal?.frames;
  const known = (word: string): boolean => sampler.model.index.has(word);
  const frames = length ?? 2;
  const planned = planOf({ seed: 1, steps: 3, frames, size: 64, ...request }, known, length);
  if (!planned.ok) throw new Error(planned.message);
  return samplePlan(sampler, planned.plan, hooks);
}

async function pixels(request: Partial<GenerateRequest>, sampler = pixelSampler): Promise<Uint8Array> {
  const result = await draw(request, {}, sampler);
  if (!result.ok) throw new Error(result.message);
  return result.clip.rgb;
}

test.each([
  ['pixels', pixelSampler, 2],
  ['latents with temporal modules', clipSampler, 4],
])(
  'on %s the same seed gives the same bytes, another seed others, in both modes',
  async (_, sampler, frames) => {
    for (const mode of ['clip', 'walk'] as const) {
      const first = await pixels({ mode }, sampler);
      expect(first).toHaveLength(frames * 64 * 64 * 3);
      expect(await pixels({ mode }, sampler)).toEqual(first);
      expect(await pixels({ mode, seed: 2 }, sampler)).not.toEqual(first);
    }
  },
);

test('guidance may be any number; 0 ignores the words, weights may be negative', async () => {
  const words = { red: 1 };
  expect(await pixels({ words, guidance: 0 })).toEqual(await pixels({ guidance: 0 }));
  expect(await pixels({ words, guidance: 1 })).not.toEqual(await pixels({ words: { red: -1 }, guidance: 1 }));
  for (const guidance of [-50, 1000]) expect(await pixels({ words, guidance })).toHaveLength(24576);
});

test('which clause a word stands in matters', async () => {
  const together = await pixels({ clauses: [{ red: 1, blue: 1 }], guidance: 1 });
  expect(await pixels({ clauses: [{ red: 1 }, { blue: 1 }], guidance: 1 })).not.toEqual(together);
  const turned = await pixels({ clauses: [{ blue: 1, red: 1 }], guidance: 1 });
  expect(turned).toEqual(together);
});

test('numbers that leave single precision are said to have', async () => {
  expect(await draw({ words: { red: 1e38 }, guidance: 1e38 })).toMatchObject({
    ok: false,
    code: 'sample_not_finite',
  });
});

test('a moving camera changes frames, a still one does not', async () => {
  const half = 64 * 64 * 3;
  const still = await pixels({ prompt: 'still', frames: 4 });
  expect(still.slice(0, half)).toEqual(still.slice(half, 2 * half));
  const turning = await pixels({ prompt: 'turn', frames: 4 });
  expect(turning.slice(0, half)).not.toEqual(turning.slice(half, 2 * half));
});

test('parts move where the prompt says so', async () => {
  const still = await pixels({ prompt: 'still' }, clipSampler);
  expect(await pixels({ prompt: 'still move' }, clipSampler)).not.toEqual(still);
});

test('the size asked for is made by the upscaler, or by squares where there is none', async () => {
  for (const size of [64, 256, 360] as const) {
    const large = await draw({ size, steps: 1 }, {}, clipSampler);
    expect(large.ok && [large.clip.width, large.clip.rgb.length]).toEqual([size, 4 * size * size * 3]);
  }
  const squares = await draw({ size: 256, steps: 1 });
  expect(squares.ok && squares.clip.width).toBe(256);
});

test('pictures of a batch come each from its own seed and words alone', async () => {
  const wishes = [
    { clauses: [{ red: 1 }], seed: 1 },
    { clauses: [{ blue: 1 }], seed: 2 },
  ];
  const both = await drawPictures(clipSampler, wishes, { steps: 2 });
  const alone = await drawPictures(clipSampler, wishes.slice(1), { steps: 2 });
  expect(both.subarray(alone.length)).toHaveLength(alone.length);
  for (let i = 0; i < alone.length; i++) expect(both[alone.length + i]).toBeCloseTo(alone[i] as number, 4);
});

test('previews show every frame on the way', async () => {
  const seen: string[] = [];
  const onPreview: SampleHooks['onPreview'] = ({ step, steps, clip }) =>
    void seen.push(`${step}/${steps} ${clip.count}`);
  await draw({ steps: 4, previewEvery: 2, mode: 'walk' }, { onPreview });
  expect(seen).toEqual(['2/4 2']);
  seen.length = 0;
  await draw({ steps: 4, previewEvery: 1 }, { onPreview });
  expect(seen).toEqual(['1/6 1', '2/6 1', '3/6 1', '5/6 2']);
});

test('an aborted signal stops before the next step', async () => {
  const controller = new AbortController();
  const hooks = { signal: controller.signal, onPreview: () => controller.abort() };
  expect(await draw({ steps: 50, previewEvery: 1 }, hooks)).toMatchObject({ ok: false, code: 'cancelled' });
});
