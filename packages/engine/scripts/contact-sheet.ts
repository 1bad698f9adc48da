/** Draws frames of several prompts into one picture: `node contact-sheet.ts OUT.png [steps] [guidance] PROMPT…` */
import sharp from 'sharp';
import { loadModel } from '../src/model/load.ts';
import { planOf } from '../src/sample/request.ts';
import { openSampler, samplePlan } from '../src/sample/sampler.ts';

const [out = '/tmp/sheet.png', steps = '20', guidance = '2.5', ...prompts] = process.argv.slice(2);
const loaded = await loadModel(process.env.MODEL_DIR);
if (!loaded.ok) throw new Error(loaded.message);
const sampler = await openSampler(loaded.model, { provider: 'cpu', threads: 2 });
const rows: Buffer[] = [];
const started = performance.now();
let width = 0;
for (const [i, text] of prompts.entries()) {
  const [mode, prompt = ''] = text.includes(':') ? text.split(':') : ['grid', text];
  const frames = 16;
  const request = { prompt, seed: 11 + i, steps: Number(steps), guidance: Number(guidance), frames };
  // A grid shows one picture for each of sixteen seeds; clip and walk show frames.
  const path = Array.from({ length: frames }, (_, k) => ({ seed: 1000 * i + k }));
  const asked =
    mode === 'grid' ? { ...request, words: undefined, mode: 'walk' as const, path } : { ...request, mode };
  const planned = planOf(asked as never, (word) => loaded.model.index.has(word));
  if (!planned.ok) throw new Error(planned.message);
  if (planned.plan.unknownWords.length > 0) console.log('unknown', planned.plan.unknownWords);
  const result = await samplePlan(sampler, planned.plan);
  if (!result.ok) throw new Error(result.message);
  const { clip } = result;
  width = clip.width * clip.count;
  const row = Buffer.alloc(clip.rgb.length);
  for (let f = 0; f < clip.count; f++) {
    for (let y = 0; y < clip.height; y++) {
      const line = clip.rgb.subarray(
        (f * clip.height + y) * clip.width * 3,
        (f * clip.height + y + 1) * clip.width * 3,
      );
      row.set(line, (y * clip.count + f) * clip.width * 3);
    }
  }
  rows.push(row);
}
console.log('sampled', prompts.length, 'rows in', Math.round(performance.now() - started), 'ms');
const height = 32 * rows.length;
await sharp(Buffer.concat(rows), { raw: { width, height, channels: 3 } })
  .resize(width * 2, height * 2, { kernel: 'nearest' })
  .png()
  .toFile(out);
