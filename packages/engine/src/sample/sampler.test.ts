import { afterAll, expect, test } from 'vitest';
import { tinyModel } from '../model/tiny.ts';
import { type GenerateRequest, planOf } from './request.ts';
import { type SampleHooks, Sampler, samplePlan } from './sampler.ts';

const sampler = new Sampler(tinyModel(), 'cpu', 1);
afterAll(() => sampler.release());

async function draw(request: Partial<GenerateRequest>, hooks: SampleHooks = {}) {
  const planned = planOf({ seed: 1, steps: 3, frames: 2, ...request }, (word) =>
    sampler.model.index.has(word),
  );
  if (!planned.ok) throw new Error(planned.message);
  return samplePlan(sampler, planned.plan, hooks);
}
const pixels = async (request: Partial<GenerateRequest>): Promise<Uint8Array> => {
  const result = await draw(request);
  if (!result.ok) throw new Error(result.message);
  return result.clip.rgb;
};

test('the same seed gives the same bytes, another seed others, in both modes', async () => {
  for (const mode of ['clip', 'walk'] as const) {
    const first = await pixels({ mode });
    expect(first).toHaveLength(2 * 8 * 8 * 3);
    expect(await pixels({ mode })).toEqual(first);
    expect(await pixels({ mode, seed: 2 })).not.toEqual(first);
  }
});

test('guidance may be any number; 0 ignores the words, weights may be negative', async () => {
  const words = { red: 1 };
  expect(await pixels({ words, guidance: 0 })).toEqual(await pixels({ guidance: 0 }));
  expect(await pixels({ words, guidance: 1 })).not.toEqual(await pixels({ words: { red: -1 }, guidance: 1 }));
  for (const guidance of [-50, 1000]) expect(await pixels({ words, guidance })).toHaveLength(384);
});

test('numbers that leave single precision are said to have', async () => {
  expect(await draw({ words: { red: 1e38 }, guidance: 1e38 })).toMatchObject({
    ok: false,
    code: 'sample_not_finite',
  });
});

test('a moving camera changes frames, a still one does not', async () => {
  const half = 8 * 8 * 3;
  const still = await pixels({ prompt: 'still', frames: 4 });
  expect(still.slice(0, half)).toEqual(still.slice(half, 2 * half));
  const turning = await pixels({ prompt: 'turn', frames: 4 });
  expect(turning.slice(0, half)).not.toEqual(turning.slice(half, 2 * half));
});

test('previews show every frame on the way and the last step is the result itself', async () => {
  const seen: string[] = [];
  await draw(
    { steps: 4, previewEvery: 2, mode: 'walk' },
    { onPreview: ({ step, steps, clip }) => void seen.push(`${step}/${steps} ${clip.count}`) },
  );
  expect(seen).toEqual(['2/4 2']);
  seen.length = 0;
  await draw(
    { steps: 4, previewEvery: 2 },
    { onPreview: ({ step, steps, clip }) => void seen.push(`${step}/${steps} ${clip.count}`) },
  );
  expect(seen).toEqual(['2/6 1', '4/6 1']);
});

test('an aborted signal stops before the next step', async () => {
  const controller = new AbortController();
  const hooks = { signal: controller.signal, onPreview: () => controller.abort() };
  expect(await draw({ steps: 50, previewEvery: 1 }, hooks)).toMatchObject({ ok: false, code: 'cancelled' });
});
