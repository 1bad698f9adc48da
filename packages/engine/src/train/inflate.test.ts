import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { type ModelConfig, sampleLength } from '../model/config.ts';
import type { Parameters } from '../model/parameters.ts';
import { tinyModel } from '../model/tiny.ts';
import { Random } from '../random.ts';
import { samplingGraph } from '../sample/graph.ts';
import { inflate } from './inflate.ts';
import { TINY } from './tiny.ts';

const CLIPS: ModelConfig = { ...TINY, frames: 4, patch: [4, 4, 4] };

async function velocityOf(
  config: ModelConfig,
  parameters: Parameters,
  pixels: Float32Array,
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(samplingGraph(config, 1, parameters));
  const { frames, height, width } = config;
  const results = await session.run({
    pixels: new ort.Tensor('float32', pixels, [1, frames, height, width, 3]),
    time: new ort.Tensor('float32', [0.4], [1]),
    words: new ort.Tensor('float32', Float32Array.of(0, 0, 0, 0, 1, -1), [1, 6]),
  });
  await session.release();
  return results.velocity?.data as Float32Array;
}

test('a clips model starts out as the stills model on every frame of a clip that stands still', async () => {
  const stills = tinyModel().parameters;
  const frame = new Random(1).fillNormal(new Float32Array(sampleLength(TINY)));
  const clip = new Float32Array(sampleLength(CLIPS));
  for (let f = 0; f < 4; f++) clip.set(frame, f * frame.length);
  const one = await velocityOf(TINY, stills, frame);
  const four = await velocityOf(CLIPS, inflate(stills, TINY, CLIPS), clip);
  for (let i = 0; i < four.length; i++) expect(four[i]).toBeCloseTo(one[i % one.length] as number, 3);
});

test('only a stills model of the same width and depth can be inflated', () => {
  expect(() => inflate(tinyModel().parameters, TINY, { ...CLIPS, dim: 32 })).toThrow('same width and depth');
});
