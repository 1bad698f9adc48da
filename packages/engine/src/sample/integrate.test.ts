import { afterAll, expect, test } from 'vitest';
import { sampleLength } from '../model/config.ts';
import { tinyModel } from '../model/tiny.ts';
import { integrate } from './integrate.ts';
import { noiseOf } from './latent.ts';
import { Sampler } from './sampler.ts';

const sampler = new Sampler(tinyModel(), 'cpu', 1);
afterAll(() => sampler.release());

const LENGTH = sampleLength(sampler.model.record.config);

async function draw(pictures: number): Promise<Float32Array> {
  const x = noiseOf(3, 8 * LENGTH).subarray(0, pictures * LENGTH);
  const shown = Array.from({ length: pictures }, () => ({ clauses: [{ red: 1 }] }));
  const leg = { x, from: 1, steps: 3, shown, guidance: 2, moving: false };
  expect(await integrate(sampler, leg)).toBeUndefined();
  return x;
}

test('many pictures, worked out in two runs a step, come out as few in one run do', async () => {
  expect([sampler.batchFor(7), sampler.batchFor(8)]).toEqual([14, 8]);
  const [few, many] = [await draw(7), await draw(8)];
  for (const [i, n] of few.entries()) expect(many[i]).toBeCloseTo(n, 4);
});
