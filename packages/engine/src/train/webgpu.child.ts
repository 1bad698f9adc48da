/** Runs a provider over the tiny model and prints what it found as JSON; started with a driver in its environment. */
import { freshParameters, parameterSpecs } from '../model/parameters.ts';
import { tinyModel } from '../model/tiny.ts';
import { Random } from '../random.ts';
import { samplePlan } from '../sample/draw.ts';
import { planOf } from '../sample/request.ts';
import { Sampler } from '../sample/sampler.ts';
import { TINY, tinyStep, trainTiny } from './tiny.ts';
import { Trainer } from './trainer.ts';

const provider = process.argv[2] === 'cpu' ? 'cpu' : 'webgpu';
const random = new Random(9);
const trainer = await Trainer.create({ step: tinyStep(2), seed: 5, provider });
trainer.setParameters(freshParameters(parameterSpecs(TINY), () => random.normal()));
const losses = await trainTiny(trainer, 6);

const sampler = new Sampler(tinyModel(), provider);
const planned = planOf(
  { seed: 3, steps: 2, frames: 1, mode: 'walk', size: 64, words: { red: 1 } },
  () => true,
);
if (!planned.ok) throw new Error(planned.message);
const sampled = await samplePlan(sampler, planned.plan);
if (!sampled.ok) throw new Error(sampled.message);
process.stdout.write(JSON.stringify({ losses, pixels: [...sampled.clip.rgb] }));
