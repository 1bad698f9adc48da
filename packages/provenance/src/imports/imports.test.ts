import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collective, openCollective, shipModel } from '../fixtures/collective.ts';
import { collection, drawing } from '../fixtures/drawings.ts';
import { modelOf } from '../models/models.ts';
import { sha256Of } from '../picture/read.ts';
import { listAuthors } from '../works/confirm.ts';
import { listWorks, pictureOf, workOf } from '../works/works.ts';
import {
  finishImport,
  importFiles,
  importItems,
  importOf,
  listImports,
  pendingFiles,
  startImport,
} from './imports.ts';

let collective: Collective;
beforeAll(async () => {
  collective = await openCollective();
});
afterAll(() => collective.close());

const refusedOnes: readonly [string, string, string][] = [
  [
    'bad/gpl.svg',
    drawing({ title: 'gpl', licence: 'http://creativecommons.org/licenses/GPL/2.0/' }),
    'licence_gpl',
  ],
  ['bad/none.svg', drawing({ title: 'none', licence: '' }), 'licence_missing'],
  [
    'bad/by.svg',
    drawing({ title: 'by', licence: 'https://creativecommons.org/licenses/by/4.0/' }),
    'licence_not_a_dedication',
  ],
  ['bad/nobody.svg', drawing({ title: 'nobody', author: 'Open Clip Art Library' }), 'placeholder_author'],
  ['bad/blank.svg', drawing({ title: 'blank', author: '' }), 'placeholder_author'],
  ['bad/script.svg', drawing({ title: 'script', body: '<script>1</script>' }), 'svg_script'],
  ['bad/handler.svg', drawing({ title: 'handler', body: '<g onclick="1"/>' }), 'svg_event_handler'],
  ['bad/entities.svg', drawing({ title: 'e', head: '<!DOCTYPE svg [<!ENTITY a "b">]>' }), 'svg_entities'],
  ['bad/large.svg', drawing({ title: 'large', root: 'width="40000" height="40000"' }), 'image_too_large'],
  ['bad/nothing.svg', drawing({ title: 'nothing', body: '' }), 'renders_nothing'],
  ['bad/torn.svg', drawing({ title: 'torn', body: '<g>' }), 'svg_malformed'],
  ['bad/photo.svg', '\u0089PNG', 'not_a_picture'],
];
const files = [...collection, ...refusedOnes.map(([path, text]) => [path, text] as const)].map(
  ([path, text]) => ({
    path,
    bytes: Buffer.from(text),
  }),
);
const listed = files.map(({ path, bytes }) => ({ path, sha256: sha256Of(bytes) }));

const begin = async () => (await startImport(collective.operator, 'test-collection')).report.id;
/** Sends what is still wanted, at most so many files. */
const go = async (id: string, most: number) => {
  const found = await pendingFiles(collective.operator, id, listed);
  const pending = new Set(found.ok ? found.pending : []);
  const sent = files.filter((file) => pending.has(file.path)).slice(0, most);
  if (sent.length > 0) await importFiles(collective.operator, id, sent);
  return sent.length;
};

describe('a collection', () => {
  it('comes in whole, interrupted once, and the second time changes nothing', async () => {
    const id = await begin();
    expect(await go(id, 7)).toBe(7);
    // Interrupted here: a new run begins where this one was.
    expect(await begin()).toBe(id);
    expect(await go(id, 100)).toBe(files.length - 7);
    const first = await finishImport(collective.operator, id);
    expect(first).toMatchObject({
      ok: true,
      report: {
        state: 'finished',
        files: 24,
        accepted: 12,
        refused: 12,
        authors: 4,
        reasons: {
          placeholder_author: 2,
          licence_gpl: 1,
          svg_script: 1,
          svg_event_handler: 1,
          image_too_large: 1,
        },
      },
    });
    const before = await collective.kinds();
    expect(before.filter((kind) => kind === 'work.imported')).toHaveLength(12);

    expect(await go(await begin(), 100)).toBe(0);
    expect(await finishImport(collective.operator, id)).toMatchObject({ ok: true, entry: null });
    // Even files that are sent again change nothing.
    await importFiles(collective.operator, id, files.slice(0, 14));
    await finishImport(collective.operator, id);
    const after = await collective.kinds();
    expect(after.filter((kind) => kind.startsWith('work.'))).toHaveLength(12);
    expect(await importOf(collective.operator, id)).toMatchObject({ report: { accepted: 12, refused: 12 } });
    expect(await listImports(collective.operator)).toHaveLength(1);
    expect(await collective.broken()).toEqual([]);
  });

  it.each(refusedOnes)('refuses %s by name', async (path, _text, reason) => {
    const items = await importItems(collective.operator, await begin(), { reason, limit: 10 });
    expect(items.ok && items.items.map((item) => item.path)).toContain(path);
  });

  it('keeps author, title, keywords, licence, basis, hashes and entry of each work', async () => {
    const { works, total } = await listWorks(collective.ctx, { q: 'moon', limit: 5 });
    expect(total).toBe(1);
    const found = await workOf(collective.ctx, works[0]?.id ?? '');
    expect(found.ok && found.work.row).toMatchObject({
      title: 'moon',
      authorName: 'heron',
      keywords: ['moon', 'drawing'],
      spdx: 'CC-PDDC',
      basis: 'public_domain_dedication',
      source: 'test-collection',
      path: 'heron/moon.svg',
      sha256: sha256Of(collection.get('heron/moon.svg') ?? ''),
      dhash: expect.stringMatching(/^[0-9a-f]{16}$/),
      entryId: expect.any(String),
    });
    const uses = found.ok ? Object.fromEntries(found.work.uses.map((use) => [use.use, use.because])) : {};
    expect(uses).toMatchObject({
      train_base: 'dedicated_to_all',
      style_name_prompting: 'not_in_a_dedication',
    });
    const picture = await pictureOf(collective.ctx, works[0]?.id ?? '');
    expect(picture.ok && Buffer.from(picture.bytes).toString('latin1', 8, 12)).toBe('WEBP');
  });

  it('counts authors', async () => {
    const { authors, total } = await listAuthors(collective.ctx, { limit: 2 });
    expect(total).toBe(4);
    expect(authors.map((author) => author.works)).toEqual([3n, 3n]);
  });

  it('pages through works without missing or repeating one', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listWorks(collective.ctx, { cursor, limit: 5 });
      seen.push(...page.works.map((work) => work.id));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
  });
});

describe('a file', () => {
  it('at two paths is one work', async () => {
    const id = (await startImport(collective.operator, 'twice')).report.id;
    const bytes = Buffer.from(drawing({ title: 'twin', author: 'Ko' }));
    const kept = await importFiles(collective.operator, id, [
      { path: 'a/twin.svg', bytes },
      { path: '../../../b/./twin.svg', bytes },
    ]);
    const outcomes = kept.ok ? kept.outcomes : [];
    expect(outcomes.map((outcome) => outcome.path)).toEqual(['a/twin.svg', 'b/twin.svg']);
    expect(new Set(outcomes.map((outcome) => outcome.workId)).size).toBe(1);
    // Written Ko here and ko before: one author.
    expect((await listAuthors(collective.ctx, { limit: 9 })).total).toBe(4);
  });

  it('of an unknown import is refused', async () => {
    expect(await importFiles(collective.operator, 'none', [])).toEqual({ ok: false, code: 'unknown_import' });
    expect(await pendingFiles(collective.operator, 'none', [])).toEqual({
      ok: false,
      code: 'unknown_import',
    });
    expect(await finishImport(collective.operator, 'none')).toEqual({ ok: false, code: 'unknown_import' });
  });
});

it('brings the bytes of works that a shipped model named by hash', async () => {
  const other = await openCollective();
  try {
    const model = await shipModel(other);
    const hashOnly = await listWorks(other.ctx, { limit: 50 });
    expect(hashOnly.works.every((work) => work.shownSha256 === null)).toBe(true);
    const id = (await startImport(other.operator, 'test-collection')).report.id;
    await importFiles(other.operator, id, files);
    const whole = await listWorks(other.ctx, { limit: 50 });
    expect(whole.works.map((work) => work.id)).toEqual(hashOnly.works.map((work) => work.id));
    expect(whole.works.every((work) => work.shownSha256 !== null && work.entryId !== null)).toBe(true);
    expect(await modelOf(other.ctx, model.id)).toMatchObject({ shares: [{ works: 3n }, {}, {}, {}] });
    expect(await other.broken()).toEqual([]);
  } finally {
    await other.close();
  }
});
