/**
 * Prepares a training set from an unpacked openclipart tree: `node prepare-openclipart.ts SVG_ROOT OUT_DIR`.
 * Writes dataset.bin (uint8, works × 64 × 64 × 3 RGB on white), works.jsonl (one line a work, same order)
 * and preparation.json (counts of what was refused and why).
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { wordsOf } from '../src/model/words.ts';
import { isPlaceholderAuthor, isPublicDomain, readSvgRecord } from './rdf.ts';

export const SIDE = 64;
const MAX_BYTES = 2_000_000;
const MAX_PER_AUTHOR_AND_FOLDER = 150;
const HASH_DISTANCE = 3;

const root = process.argv[2] ?? '/usr/share/openclipart/svg';
const out = process.argv[3] ?? '/work/train';
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
  words: string[];
  pixels: Buffer;
  hash: bigint;
};

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

async function render(svg: Buffer): Promise<{ pixels: Buffer; hash: bigint; spread: number } | undefined> {
  const limits = { limitInputPixels: 16_000_000, failOn: 'error' as const };
  const { width, height } = await sharp(svg, limits).metadata();
  if (!width || !height || width / height > 6 || height / width > 6) return undefined;
  const density = Math.min(1200, Math.max(2, (72 * 320) / Math.max(width, height)));
  const drawn = await sharp(svg, { ...limits, density })
    .timeout({ seconds: 5 })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer();
  const trimmed = await sharp(drawn).trim({ background: '#ffffff', threshold: 8 }).toBuffer();
  const inner = SIDE - 4;
  const pixels = await sharp(trimmed)
    .resize(inner, inner, { fit: 'contain', background: '#ffffff', kernel: 'lanczos3' })
    .extend({ top: 2, bottom: 2, left: 2, right: 2, background: '#ffffff' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const grey = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .greyscale()
    .resize(9, 8, { fit: 'fill' })
    .raw()
    .toBuffer();
  const { channels } = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } }).stats();
  return { pixels, hash: differenceHash(grey), spread: Math.max(...channels.map((c) => c.stdev)) };
}

async function prepare(path: string): Promise<Prepared | undefined> {
  if ((await stat(join(root, path))).size > MAX_BYTES) return refuse('too_large');
  const svg = await readFile(join(root, path));
  const text = svg.toString('utf8');
  if (/<script|\son\w+\s*=/i.test(text)) return refuse('script');
  const record = readSvgRecord(text);
  if (!isPublicDomain(record.licence)) return refuse('licence');
  if (isPlaceholderAuthor(record.author)) return refuse('placeholder_author');
  const drawn = await render(svg).catch(() => undefined);
  if (!drawn || drawn.pixels.length !== SIDE * SIDE * 3) return refuse('does_not_render');
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
    words: [...words],
    pixels: drawn.pixels,
    hash: drawn.hash,
  };
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
  const bin = createWriteStream(join(out, 'dataset.bin'));
  for (const k of kept) bin.write(k.pixels);
  await new Promise((done) => bin.end(done));
  const lines = kept.map(({ pixels: _pixels, hash, ...rest }) =>
    JSON.stringify({ ...rest, dhash: hash.toString(16).padStart(16, '0') }),
  );
  await writeFile(join(out, 'works.jsonl'), `${lines.join('\n')}\n`);
  const authors = new Set(kept.map((k) => k.author)).size;
  const summary = {
    files: files.length,
    kept: kept.length,
    authors,
    refused,
    bulk: Object.fromEntries([...perBulk].sort((a, b) => b[1] - a[1]).slice(0, 25)),
  };
  await writeFile(join(out, 'preparation.json'), JSON.stringify(summary, null, 2));
  console.log(JSON.stringify(summary, null, 2));
}

await main();
