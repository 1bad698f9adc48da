/**
 * Prepares a training set from an unpacked openclipart tree: `node prepare-openclipart.ts SVG_ROOT OUT_DIR`.
 * Writes small.bin and large.bin (uint8, works × 96 × 96 × 3 and works × 256 × 256 × 3, RGB on white),
 * works.jsonl (one line a work, same order, with its category and whether it is held out) and
 * preparation.json (counts of what was refused and why).
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { wordsOf } from '../src/model/words.ts';
import { LARGE, SMALL } from '../src/train/set.ts';
import { isPlaceholderAuthor, isPublicDomain, readSvgRecord } from './rdf.ts';
import { inUserUnits } from './svg-size.ts';

const MAX_BYTES = 2_000_000;
const MAX_PER_AUTHOR_AND_FOLDER = 150;
const HASH_DISTANCE = 3;
/** Share of works held out, by author, and never trained on. */
const HELD_SHARE = 0.1;
/** Of the authors held out, this many have so many works each, enough to fine-tune on. */
const HELD_LARGE = { authors: 4, least: 45, most: 90 };
/** White around a trimmed drawing, as a share of the side. */
const MARGIN = 1 / 32;

const root = process.argv[2] ?? '/usr/share/openclipart/svg';
const out = process.argv[3] ?? '/tmp/uncaged-train';
const refused: Record<string, number> = {};
const refuse = (why: string): undefined => {
  refused[why] = (refused[why] ?? 0) + 1;
  return undefined;
};

type Prepared = {
  path: string;
  sha256: string;
  title: string;
  author: string;
  licence: string;
  keywords: string[];
  category: string;
  words: string[];
  /** How the drawing was cut out of its canvas: dots per inch, then the box in pixels. */
  frame: Frame;
  small: Buffer;
  large: Buffer;
  hash: bigint;
};

type Frame = { density: number; left: number; top: number; width: number; height: number };
type Drawn = Pick<Prepared, 'frame' | 'small' | 'large' | 'hash'> & { spread: number };

/** 64-bit difference hash of a 9 × 8 grey image (Krawetz 2013). */
function differenceHash(grey: Buffer): bigint {
  let hash = 0n;
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      hash = (hash << 1n) | ((grey[y * 9 + x] ?? 0) > (grey[y * 9 + x + 1] ?? 0) ? 1n : 0n);
    }
  }
  return hash;
}

function distance(a: bigint, b: bigint): number {
  let bits = a ^ b;
  let count = 0;
  while (bits !== 0n) {
    bits &= bits - 1n;
    count++;
  }
  return count;
}

/** A drawing fitted into a square of white with a narrow margin. */
const fitted = (drawing: Buffer, side: number): Promise<Buffer> => {
  const margin = Math.round(side * MARGIN);
  const inner = side - 2 * margin;
  return sharp(drawing)
    .resize(inner, inner, { fit: 'contain', background: '#ffffff', kernel: 'lanczos3' })
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background: '#ffffff' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
};

async function render(svg: Buffer): Promise<Drawn | undefined> {
  const limits = { limitInputPixels: 16_000_000, failOn: 'error' as const };
  const { width, height } = await sharp(svg, limits).metadata();
  if (!width || !height || width / height > 6 || height / width > 6) return undefined;
  const density = Math.min(1200, Math.max(2, (72 * 480) / Math.max(width, height)));
  const drawn = await sharp(svg, { ...limits, density })
    .timeout({ seconds: 5 })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer();
  const trimmed = await sharp(drawn)
    .trim({ background: '#ffffff', threshold: 8 })
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  const { info } = trimmed;
  const [large, small] = await Promise.all([fitted(trimmed.data, LARGE), fitted(trimmed.data, SMALL)]);
  const raw = { raw: { width: SMALL, height: SMALL, channels: 3 as const } };
  const grey = await sharp(small, raw).greyscale().resize(9, 8, { fit: 'fill' }).raw().toBuffer();
  const { channels } = await sharp(small, raw).stats();
  const frame = {
    density,
    left: -(info.trimOffsetLeft ?? 0),
    top: -(info.trimOffsetTop ?? 0),
    width: info.width,
    height: info.height,
  };
  return {
    frame,
    small,
    large,
    hash: differenceHash(grey),
    spread: Math.max(...channels.map((c) => c.stdev)),
  };
}

async function prepare(path: string): Promise<Prepared | undefined> {
  if ((await stat(join(root, path))).size > MAX_BYTES) return refuse('too_large');
  const svg = await readFile(join(root, path));
  const text = svg.toString('utf8');
  if (/<script|\son\w+\s*=/i.test(text)) return refuse('script');
  const record = readSvgRecord(text);
  if (!isPublicDomain(record.licence)) return refuse('licence');
  if (isPlaceholderAuthor(record.author)) return refuse('placeholder_author');
  const drawn = await render(inUserUnits(svg)).catch(() => undefined);
  if (drawn?.small.length !== SMALL * SMALL * 3) return refuse('does_not_render');
  if (drawn.spread < 12) return refuse('blank');
  const folder = path.split('/')[0] ?? '';
  const words = wordsOf(
    [record.title, ...record.keywords, folder.replaceAll('_', ' ')].join(' '),
    record.author,
  );
  return {
    path,
    sha256: createHash('sha256').update(svg).digest('hex'),
    ...record,
    category: folder,
    words: [...words],
    frame: drawn.frame,
    small: drawn.small,
    large: drawn.large,
    hash: drawn.hash,
  };
}

/**
 * Authors whose works are held out: a few with many works, then others by the SHA-256 of their name, until
 * {@link HELD_SHARE} of all works are held.
 */
function heldAuthors(kept: readonly Prepared[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { author } of kept) counts.set(author, (counts.get(author) ?? 0) + 1);
  const keyed = [...counts].map(
    ([author, count]) => [createHash('sha256').update(author).digest('hex'), author, count] as const,
  );
  const order = keyed.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const held = new Set<string>();
  let works = 0;
  for (const [, author, count] of order) {
    if (held.size >= HELD_LARGE.authors) break;
    if (count < HELD_LARGE.least || count > HELD_LARGE.most) continue;
    held.add(author);
    works += count;
  }
  for (const [, author, count] of order) {
    if (works >= HELD_SHARE * kept.length) break;
    if (held.has(author) || count > 30) continue;
    held.add(author);
    works += count;
  }
  return held;
}

async function main(): Promise<void> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((e) => e.isFile() && e.name.endsWith('.svg'))
    .map((e) => relative(root, join(e.parentPath, e.name)))
    .sort();
  const kept: Prepared[] = [];
  const perBulk = new Map<string, number>();
  const seen = new Set<string>();
  const results: (Prepared | undefined)[] = new Array(files.length);
  let next = 0;
  const work = async () => {
    for (let i = next++; i < files.length; i = next++) {
      results[i] = await prepare(files[i] as string).catch(() => refuse('unreadable'));
      if (i % 500 === 0) console.log(i, '/', files.length);
    }
  };
  sharp.concurrency(1);
  await Promise.all([work(), work(), work()]);
  for (const item of results) {
    if (!item) continue;
    const bulk = `${item.author}|${item.path
      .split('/')
      .slice(0, 3)
      .join('/')
      .replace(/\/[^/]*\.svg$/, '')}`;
    const have = perBulk.get(bulk) ?? 0;
    if (seen.has(item.sha256)) refuse('same_bytes');
    else if (kept.some((k) => distance(k.hash, item.hash) <= HASH_DISTANCE)) refuse('near_duplicate');
    else if (have >= MAX_PER_AUTHOR_AND_FOLDER) refuse('bulk_set');
    else {
      perBulk.set(bulk, have + 1);
      seen.add(item.sha256);
      kept.push(item);
    }
  }
  for (const size of ['small', 'large'] as const) {
    const bin = createWriteStream(join(out, `${size}.bin`));
    for (const work of kept) if (!bin.write(work[size])) await once(bin, 'drain');
    await new Promise<void>((done) => bin.end(done));
  }
  const held = heldAuthors(kept);
  const lines = kept.map(({ small: _small, large: _large, hash, ...rest }) =>
    JSON.stringify({
      ...rest,
      split: held.has(rest.author) ? 'held' : 'train',
      dhash: hash.toString(16).padStart(16, '0'),
    }),
  );
  await writeFile(join(out, 'works.jsonl'), `${lines.join('\n')}\n`);
  const authors = new Set(kept.map((k) => k.author)).size;
  const summary = {
    files: files.length,
    kept: kept.length,
    authors,
    held: { authors: held.size, works: kept.filter((k) => held.has(k.author)).length },
    refused,
    bulk: Object.fromEntries([...perBulk].sort((a, b) => b[1] - a[1]).slice(0, 25)),
  };
  await writeFile(join(out, 'preparation.json'), JSON.stringify(summary, null, 2));
  console.log(JSON.stringify(summary, null, 2));
}

await main();
