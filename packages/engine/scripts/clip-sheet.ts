/**
 * Draws animated training clips into one picture, rows clips, columns frames:
 * `node clip-sheet.ts SET_DIR OUT.png [CLIPS] [SEED] [LEAST_LAYERS]`. Prints what each clip does, and the time a clip took.
 */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../src/random.ts';
import { drawClip } from '../src/train/animate.ts';
import { SMALL } from '../src/train/set.ts';

const SHAPE = { frames: 16, side: 64 };
const [folder = '/tmp/uncaged-train', out = '/tmp/clips.png', clips = '24', seed = '1', least = '1'] =
  process.argv.slice(2);

const lines = (await readFile(join(folder, 'layers.jsonl'), 'utf8')).trim().split('\n');
type Work = { path: string; offset: number; count: number };
const works = lines.map((line) => JSON.parse(line) as Work).filter(({ count }) => count >= Number(least));
const file = await open(join(folder, 'layers.bin'));
const random = new Random(Number(seed));
const { frames, side } = SHAPE;
const clip = new Float32Array(frames * side * side * 3);
const width = frames * side;
const sheet = Buffer.alloc(Number(clips) * side * width * 3);
let milliseconds = 0;
for (let row = 0; row < Number(clips); row++) {
  const { path, offset, count } = works[random.below(works.length)] as Work;
  const rgba = Buffer.alloc(count * SMALL * SMALL * 4);
  await file.read(rgba, 0, rgba.length, offset);
  const started = performance.now();
  const { motion, recolour } = drawClip(random, { rgba, side: SMALL, count }, SHAPE, clip);
  milliseconds += performance.now() - started;
  for (let i = 0; i < clip.length; i++) {
    const [frame, y, x] = [
      Math.floor(i / (side * side * 3)),
      Math.floor(i / (side * 3)) % side,
      i % (side * 3),
    ];
    sheet[((row * side + y) * width + frame * side) * 3 + x] = Math.round(((clip[i] as number) + 1) * 127.5);
  }
  console.log(row, path, count, 'layers, motion', motion.toFixed(2), 'recolour', recolour.toFixed(2));
}
await file.close();
console.log((milliseconds / Number(clips)).toFixed(2), 'ms a clip');
await sharp(sheet, { raw: { width, height: Number(clips) * side, channels: 3 } })
  .png()
  .toFile(out);
