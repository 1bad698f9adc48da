/** Draws single pictures of several prompts, sixteen seeds each: `node contact-sheet.ts OUT.png STEPS GUIDANCE PROMPT…` */
import sharp from 'sharp';
import { loadModel } from '../src/model/load.ts';
import { clausesOf } from '../src/model/words.ts';
import { drawPictures } from '../src/sample/draw.ts';
import { Sampler } from '../src/sample/sampler.ts';
import { toBytes } from '../src/video/colour.ts';

const SEEDS = 16;
const [out = 'sheet.png', steps = '30', guidance = '2.5', ...prompts] = process.argv.slice(2);
const loaded = await loadModel(process.env.UNCAGED_MODEL_DIR, process.env.UNCAGED_MODEL);
if (!loaded.ok) throw new Error(loaded.message);
const sampler = new Sampler(loaded.model, 'cpu', 2);
const { side } = sampler;
const rows: Buffer[] = [];
for (const prompt of prompts) {
  const clauses = clausesOf(prompt).map((words) => Object.fromEntries(words.map((word) => [word, 1])));
  const wishes = Array.from({ length: SEEDS }, (_, seed) => ({ clauses, seed }));
  const pictures = toBytes(
    await drawPictures(sampler, wishes, { steps: Number(steps), guidance: Number(guidance) }),
  );
  const row = Buffer.alloc(pictures.length);
  for (let k = 0; k < SEEDS; k++) {
    for (let y = 0; y < side; y++) {
      const line = pictures.subarray((k * side + y) * side * 3, (k * side + y + 1) * side * 3);
      row.set(line, (y * SEEDS + k) * side * 3);
    }
  }
  rows.push(row);
}
await sampler.release();
const [width, height] = [side * SEEDS, side * rows.length];
await sharp(Buffer.concat(rows), { raw: { width, height, channels: 3 } })
  .png()
  .toFile(out);
