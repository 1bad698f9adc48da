import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPicture } from '../picture/read.ts';
import { closeRenderers } from '../picture/renderers.ts';
import { readSvg } from '../svg/sanitise.ts';
import { scrub } from '../svg/scrub.ts';
import { authorKey, authorName, isPlaceholderAuthor } from '../works/authors.ts';
import { readDedication } from '../works/licences.ts';
import { decideFile } from './decide.ts';

/** Where Debian's package openclipart-svg lies once it is installed. */
const folder = process.env.UNCAGED_OPENCLIPART ?? '/usr/share/openclipart/svg';
let paths: string[] = [];
beforeAll(async () => {
  paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.svg'))
    .map((entry) => join(entry.parentPath, entry.name));
});
afterAll(closeRenderers);

it('reads what every file says of itself, refuses by name, and leaves no trace of anybody’s computer', async () => {
  const reasons: Record<string, number> = {};
  const authors = new Set<string>();
  const note = (reason: string) => {
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  };
  for (const path of paths) {
    const opened = openPicture(await readFile(path));
    if (!opened.ok) note(opened.code);
    else {
      const { author = '', licence = '' } = opened.about ?? {};
      const dedication = readDedication(licence);
      if (!dedication.ok) note(dedication.code);
      else if (isPlaceholderAuthor(author)) note('placeholder_author');
      else authors.add(authorKey(authorName(author)));
    }
  }
  expect({ files: paths.length, authors: authors.size, reasons }).toEqual({
    files: 7458,
    authors: 500,
    reasons: {
      licence_missing: 61,
      licence_gpl: 2,
      placeholder_author: 17,
      svg_entities: 6,
      svg_event_handler: 2,
    },
  });
});

it('takes e-mail addresses and home folders out of the files that hold them', async () => {
  let held = 0;
  for (const path of paths.filter((_, index) => index % 7 === 0)) {
    const file = await readFile(path);
    if (!/@[\w-]+\.\w|\/home\/|Documents and Settings/.test(file.toString('latin1'))) continue;
    const read = readSvg(file);
    if (!read.ok) continue;
    held++;
    for (const [text] of read.svg.matchAll(/>[^<]+<|title="[^"]*"/g)) expect(scrub(text), path).toBe(text);
    expect(read.svg, path).not.toMatch(/\/home\/|Documents and Settings/);
  }
  expect(held).toBeGreaterThan(200);
});

it.each([
  ['signs_and_symbols/stop_sign_miguel_s_nchez_.svg', 'image_too_large'],
  ['food/fruit/apple_mateya_01.svg', 'image_too_large'],
  ['special/gradients/gradient-green.svg', 'renders_nothing'],
])('%s is refused: %s', async (path, reason) => {
  expect(await decideFile(path, await readFile(join(folder, path)))).toMatchObject({ ok: false, reason });
});

it.each(['computer/icons/stock-star.svg', 'animals/bugs/bee.svg'])('%s comes in', async (path) => {
  const file = await readFile(join(folder, path));
  expect((await decideFile(path, file)).ok).toBe(true);
});
