import { afterAll, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { autoencoderStep } from '../train/definitions.ts';
import { Trainer } from '../train/trainer.ts';
import { Codec, latentStatistics } from './codec.ts';
import { Enlarger } from './enlarger.ts';
import { TINY_CLIPS, tinyModel } from './tiny.ts';

const config = { channels: 4, wide: 8, narrow: 8 };
const SIDE = 16;
const opened: { release(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((one) => one.release())));

/** Pictures of one flat colour each. */
function flat(random: Random, count: number): Float32Array {
  const out = new Float32Array(count * SIDE * SIDE * 3);
  for (let i = 0; i < count; i++) {
    const colour = [random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)];
    for (let p = 0; p < SIDE * SIDE; p++) out.set(colour, (i * SIDE * SIDE + p) * 3);
  }
  return out;
}

test('an autoencoder learns to give back what it was shown, through normalised latents', async () => {
  const trainer = await Trainer.create({ step: autoencoderStep(config, 8, SIDE), seed: 1, threads: 1 });
  opened.push(trainer);
  for (let i = 0; i < 400; i++) {
    trainer.inputs.pixels?.set(flat(trainer.random, 8));
    trainer.random.fillNormal(trainer.inputs.noise as Float32Array);
    await trainer.run(0.01, 0.9);
  }
  const network = trainer.parameters('e');
  const plain: [string, Float32Array][] = [
    ['latent.mean', new Float32Array(4)],
    ['latent.deviation', new Float32Array(4).fill(1)],
  ];
  const bare = new Codec(config, new Map([...network, ...plain]), {});
  const pictures = flat(new Random(2), 20);
  const statistics = latentStatistics(await bare.encode(pictures, SIDE), 4);
  const codec = new Codec(config, new Map([...network, ...statistics]), {});
  opened.push(bare, codec);
  const latents = await codec.encode(pictures, SIDE);
  expect(latents).toHaveLength((20 * SIDE * SIDE * 4) / 16);
  const again = latentStatistics(latents, 4);
  for (const mean of again.get('latent.mean') ?? []) expect(mean).toBeCloseTo(0, 3);
  for (const deviation of again.get('latent.deviation') ?? []) expect(deviation).toBeCloseTo(1, 3);
  const seen = await codec.decode(latents, SIDE / 4);
  const mean = (of: (n: number, i: number) => number): number =>
    seen.reduce((sum, n, i) => sum + Math.abs(of(n, i)), 0) / seen.length;
  const error = mean((n, i) => n - (pictures[i] as number));
  const grey = mean((_, i) => pictures[i] as number);
  expect(error).toBeLessThan(0.6 * grey);
});

test('a fresh upscaler, whose last layer says next to nothing, repeats pixels', async () => {
  const { parameters } = tinyModel(TINY_CLIPS);
  for (const name of ['upscaler.out.kernel', 'upscaler.out.bias']) parameters.get(name)?.fill(0);
  const enlarger = new Enlarger({ width: 4, blocks: 1 }, parameters, {});
  opened.push(enlarger);
  const low = new Random(1).fillNormal(new Float32Array(2 * 4 * 4 * 3));
  const high = await enlarger.enlarge(low, 4);
  expect(high).toHaveLength(2 * 16 * 16 * 3);
  for (const [picture, x, y, c] of [
    [0, 0, 0, 0],
    [1, 15, 7, 2],
    [1, 9, 12, 1],
  ] as const) {
    const at = low[((picture * 4 + (y >> 2)) * 4 + (x >> 2)) * 3 + c] as number;
    expect(high[((picture * 16 + y) * 16 + x) * 3 + c]).toBeCloseTo(at, 5);
  }
});
