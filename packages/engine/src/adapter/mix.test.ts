import { expect, test } from 'vitest';
import { freshParameters } from '../model/parameters.ts';
import { tinyModel } from '../model/tiny.ts';
import { Random } from '../random.ts';
import { drawPictures } from '../sample/draw.ts';
import { Sampler } from '../sample/sampler.ts';
import { adapterSpecs, stillsOnly } from './format.ts';
import { mixOf } from './mix.ts';
import type { Adapter } from './read.ts';

const model = tinyModel();
const { config } = model.record;

function adapter(seed: number, rank: number): Adapter {
  const random = new Random(seed);
  const sizes = stillsOnly(config);
  const specs = adapterSpecs(sizes, rank).map((spec) => ({ ...spec, deviation: 0.3 }));
  const base = { name: 'tiny', weightsSha256: '' };
  const parameters = freshParameters(specs, () => random.normal());
  const said = { name: 'a', styleWord: seed === 1 ? 'mooncut' : 'inkfall', base, rank, steps: 1 };
  return { ...said, manifest: '{}', licence: '', sizes, parameters };
}

async function drawn(sampler: Sampler, words: Record<string, number>, mix?: ReturnType<typeof mixOf>) {
  sampler.mix = mix;
  return drawPictures(sampler, [{ clauses: [words], seed: 3 }], { steps: 3 });
}

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((n, i) => Math.abs(n - (b[i] as number))));

test('adapters mix by weight: halves of one are the whole, it and its negative are nothing', async () => {
  const sampler = new Sampler(model, 'cpu', 1);
  const words = { red: 1, mooncut: 1 };
  const [one, other] = [adapter(1, 3), adapter(2, 16)];
  const plain = await drawn(sampler, words);
  const whole = await drawn(sampler, words, mixOf([{ adapter: one, weight: 1 }], config));
  const halves = mixOf(
    [
      { adapter: one, weight: 0.5 },
      { adapter: one, weight: 0.5 },
    ],
    config,
  );
  const undone = mixOf(
    [
      { adapter: one, weight: 1 },
      { adapter: one, weight: -1 },
    ],
    config,
  );
  const both = mixOf(
    [
      { adapter: one, weight: 1 },
      { adapter: other, weight: -0.7 },
    ],
    config,
  );
  expect(distance(whole, plain)).toBeGreaterThan(0.01);
  expect(distance(await drawn(sampler, words, halves), whole)).toBeLessThan(1e-3);
  expect(distance(await drawn(sampler, words, undone), plain)).toBeLessThan(1e-3);
  expect(both.rank).toBe(32);
  expect(distance(await drawn(sampler, words, both), whole)).toBeGreaterThan(0.01);
  await sampler.release();
});

test('a style is added where a prompt names it, by its own weight', async () => {
  const sampler = new Sampler(model, 'cpu', 1);
  const mix = mixOf([{ adapter: adapter(1, 3), weight: 1 }], config);
  const unnamed = await drawn(sampler, { red: 1 }, mix);
  const named = await drawn(sampler, { red: 1, mooncut: 1 }, mix);
  const stranger = await drawn(sampler, { red: 1, inkfall: 1 }, mix);
  expect(distance(named, unnamed)).toBeGreaterThan(0.001);
  expect(distance(stranger, unnamed)).toBe(0);
  await sampler.release();
});

test('one adapter of a full rank is used where it lies', () => {
  const one = adapter(1, 16);
  const { parameters } = mixOf([{ adapter: one, weight: 0.3 }], stillsOnly(config));
  expect(parameters.get('block.0.up.A')).toBe(one.parameters.get('block.0.up.A'));
});
