/** Glances at pictures in a process of its own, so that the server never decodes one. */
import process from 'node:process';
import sharp from 'sharp';
import { type Glance, glanceAt } from './colours.ts';

sharp.cache(false);
sharp.concurrency(1);

/** Longest side of what is looked at, in pixels. */
const side = 48;

async function glance(bytes: Uint8Array): Promise<Glance | null> {
  try {
    const { data, info } = await sharp(bytes, { pages: 1, limitInputPixels: 1_000_000 })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(side, side, { fit: 'inside' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return info.channels === 3 ? glanceAt(data, info.width, info.height) : null;
  } catch {
    return null;
  }
}

process.on('message', async (pictures: Uint8Array[]) => {
  const glances: (Glance | null)[] = [];
  for (const bytes of pictures) glances.push(await glance(bytes));
  process.send?.(glances, () => process.disconnect());
});
process.on('disconnect', () => process.exit(0));
