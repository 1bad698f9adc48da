/**
 * Trains a small model on a folder of pictures, a sub-folder an author, then again without each author, and writes a
 * page on what changed: `node leave-out.ts FOLDER OUT STYLE KIND SEED [STEPS]`. A picture's caption is the text file of
 * its name beside it, or else its file name. Interrupted, the same call goes on where it was.
 */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { loadModel } from '../src/model/load.ts';
import { openSampler } from '../src/sample/sampler.ts';
import { type LeaveOutEvent, type LeftOut, leaveOut, type SignedItem } from '../src/train/leave-out.ts';
import { workshopOf } from '../src/train/own.ts';
import { leaveOutPage } from './leave-out-page.ts';

const KINDS = ['.png', '.webp', '.jpg', '.jpeg'];
const MOST_BYTES = 30 * 1024 * 1024;
const MOST_PIXELS = 64_000_000;
/** Sheets: so many prompts, one after each author's first picture, and seeds. */
const MOST_PROMPTS = 4;
const SEEDS = [1, 2, 3, 4];

const [folder = '', out = '', styleWord = '', kind = 'adapter', seed = '1', steps] = process.argv.slice(2);

function fail(message: string): never {
  console.error(`uncaged: ${message}`);
  process.exit(1);
}

async function itemsOf(root: string): Promise<SignedItem[]> {
  const items: SignedItem[] = [];
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const authors = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  for (const { name: author } of authors.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const files = (await readdir(join(root, author), { withFileTypes: true }))
      .filter((entry) => entry.isFile() && KINDS.includes(extname(entry.name).toLowerCase()))
      .map((entry) => entry.name)
      .sort();
    for (const file of files) items.push(await itemOf(author, join(root, author, file)));
  }
  return items;
}

async function itemOf(author: string, path: string): Promise<SignedItem> {
  const bare = path.slice(0, -extname(path).length);
  const beside = await readFile(`${bare}.txt`, 'utf8').catch(() => null);
  const caption = (beside ?? (bare.split(/[\\/]/).at(-1) as string).replaceAll(/[-_\d]+/g, ' ')).trim();
  if ((await stat(path)).size > MOST_BYTES)
    fail(`${path} is larger than 30 MiB. Bring a smaller copy of it.`);
  try {
    const picture = sharp(await readFile(path), { limitInputPixels: MOST_PIXELS }).timeout({ seconds: 20 });
    return {
      author,
      bytes: new Uint8Array(await picture.rotate().png().toBuffer()),
      mediaType: 'image/png',
      caption,
    };
  } catch (error) {
    return fail(`${path} cannot be read as a picture (${(error as Error).message}). Take it out.`);
  }
}

const items = await itemsOf(folder);
if (items.length === 0)
  fail(
    `${folder} has no pictures. It needs a sub-folder for each author, with their PNG, WebP or JPEG files.`,
  );
const firsts = [...new Map(items.map((item) => [item.author, item.caption])).values()];
const prompts = [...new Set(firsts)].slice(0, MOST_PROMPTS).map((caption) => `${styleWord} ${caption}`);
const loaded = await loadModel(process.env.UNCAGED_MODEL_DIR, process.env.UNCAGED_MODEL);
if (!loaded.ok) fail(loaded.message);
const sampler = await openSampler(loaded.model, { provider: 'cpu' });
await mkdir(out, { recursive: true });

const began = Date.now();
const found: { whole?: Extract<LeaveOutEvent, { type: 'whole' }>; authors: LeftOut[]; error?: string } = {
  authors: [],
};
const emit = (event: LeaveOutEvent): void => {
  if (event.type === 'training')
    console.error(
      `${event.at} of ${event.of}: learning ${event.without === null ? 'from all' : `without ${event.without}`}`,
    );
  else if (event.type === 'progress' && process.stderr.isTTY)
    process.stderr.write(`\r  step ${event.step} of ${event.steps}, ${event.secondsLeft} s left \u001b[K`);
  else if (event.type === 'whole') found.whole = event;
  else if (event.type === 'author') found.authors.push(event);
  else if (event.type === 'error') found.error = event.message;
};
await leaveOut(
  workshopOf(sampler),
  {
    ...{ kind: kind as 'adapter' | 'model', name: 'Audit', styleWord, items, seed: Number(seed) },
    ...(steps === undefined ? {} : { steps: Number(steps) }),
    ...{ sheet: { prompts, seeds: SEEDS }, checkpointFolder: join(out, 'checkpoints') },
  },
  { emit },
);
await sampler.release();
if (found.error !== undefined || !found.whole) fail(found.error ?? 'nothing was learnt');

const { whole, authors } = found;
const about = {
  base: { name: loaded.model.record.name, sha256: loaded.model.record.weights.sha256 },
  ...{ kind, styleWord, seed: Number(seed), works: items.length, prompts },
  ...{ all: whole.sha256, seconds: Math.round((Date.now() - began) / 1000) },
};
await writeFile(join(out, 'with-all.png'), whole.sheet);
await writeFile(join(out, 'with-all-again.png'), whole.again);
const rows = authors.map(({ sheet: _, ...row }, n) => ({ ...row, picture: `without-${n + 1}.png` }));
for (const [n, { sheet }] of authors.entries()) await writeFile(join(out, `without-${n + 1}.png`), sheet);
await writeFile(join(out, 'report.json'), `${JSON.stringify({ ...about, authors: rows }, null, 2)}\n`);
await writeFile(join(out, 'index.html'), leaveOutPage(about, rows));
console.log(`${join(out, 'index.html')} shows it; report.json has the numbers.`);
