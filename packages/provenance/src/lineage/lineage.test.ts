import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex, toHex, verifyInclusion } from '@uncaged/book/rules';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetOf } from '../datasets/datasets.ts';
import { datasetLeaf, datasetRoot, readManifest } from '../datasets/root.ts';
import { type Collective, openCollective, shipModel, writeShipped } from '../fixtures/collective.ts';
import { modelFor, modelOf, registerShippedModel } from '../models/models.ts';
import { generationsFromWork, lineageOf, recordOutput } from './lineage.ts';

let collective: Collective;
beforeAll(async () => {
  collective = await openCollective();
});
afterAll(() => collective.close());

const bytesOf = (hex: string) => fromHex(hex) ?? new Uint8Array();

describe('a shipped model', () => {
  it('is registered once, with its dataset and its works', async () => {
    const model = await shipModel(collective);
    const again = await shipModel(collective);
    expect(again.id).toBe(model.id);
    const kinds = await collective.kinds();
    expect(kinds.filter((kind) => /dataset|model/.test(kind))).toEqual([
      'dataset.registered',
      'model.registered',
    ]);
    expect(model).toMatchObject({
      name: 'tiny-1',
      works: 12,
      datasetVersion: 1,
      state: 'in_use',
      parents: [],
    });
    expect(await modelFor(collective.platform.db.read)).toMatchObject({ id: model.id });
    expect(await modelFor(collective.platform.db.read, 'no such')).toBeNull();
    expect(await collective.broken()).toEqual([]);
  });

  it('with better weights is another model on the same dataset', async () => {
    const better = await shipModel(collective, 'better weights');
    expect(better.datasetVersion).toBe(1);
    expect(await modelFor(collective.platform.db.read, 'tiny-1')).toMatchObject({ id: better.id });
  });

  it.each([
    ['nothing there', async () => {}, 'model_missing'],
    [
      'a record that is no JSON',
      (folder: string) => writeFile(join(folder, 'tiny-1.json'), '{'),
      'model_malformed',
    ],
    [
      'other weights than the record names',
      (folder: string) =>
        writeFile(join(folder, 'tiny-1.json'), `{"weights":{"sha256":"${'0'.repeat(64)}"}}`),
      'model_weights_differ',
    ],
    [
      'a work nobody dedicated',
      (folder: string) =>
        writeFile(
          join(folder, 'tiny-1.manifest.jsonl'),
          `{"sha256":"${'0'.repeat(64)}","title":"a","author":"b","licence":"CC-BY-4.0"}`,
        ),
      'model_work_without_basis',
    ],
  ])('%s', async (name, spoil, code) => {
    const folder = await mkdtemp(join(tmpdir(), 'uncaged-model-'));
    try {
      if (name !== 'nothing there') await writeShipped(folder, 'third weights');
      await spoil(folder);
      expect(await registerShippedModel(collective.ctx, folder, 'tiny-1')).toMatchObject({ ok: false, code });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('lineage', () => {
  it('leads from a clip to every work and author, each item proven in the root that stands in the book', async () => {
    const model = await shipModel(collective);
    const output = {
      generationId: 'g-1',
      modelId: model.id,
      entryId: 'e-1',
      outputs: [{ kind: 'mp4', sha256: 'a'.repeat(64) }],
      credential: null,
    };
    const { platform, ctx } = collective;
    expect(await platform.db.transaction((tx) => recordOutput(tx, ctx, output))).toEqual({ created: true });
    expect(await platform.db.transaction((tx) => recordOutput(tx, ctx, output))).toEqual({ created: false });

    const found = await lineageOf(ctx, 'g-1', { limit: 5 });
    if (!found.ok) throw new Error(found.code);
    const { lineage } = found;
    expect(lineage.authors.map(({ authorName, works }) => `${authorName} ${works}`)).toEqual([
      'heron 3',
      'iris 3',
      'ko 3',
      'nacht 3',
    ]);
    expect(lineage.works.cursor).toBe('5');
    const rest = await lineageOf(ctx, 'g-1', { cursor: '5', limit: 50 });
    const items = [...lineage.works.items, ...(rest.ok ? rest.lineage.works.items : [])];
    expect(items).toHaveLength(12);
    for (const item of items) {
      const leaf = datasetLeaf(item);
      expect(toHex(leaf)).toBe(item.leafHash);
      expect(
        verifyInclusion(leaf, BigInt(item.index), 12n, item.proof.map(bytesOf), bytesOf(model.datasetRoot)),
      ).toBe(true);
    }
    expect(await generationsFromWork(ctx, items[0]?.workId ?? '', 10)).toEqual(['g-1']);
    expect(await lineageOf(ctx, 'none', { limit: 5 })).toEqual({ ok: false, code: 'unknown_lineage' });
    expect(await collective.broken()).toEqual([]);
  });

  it('is written in a manifest that anybody can recompute', async () => {
    const model = await shipModel(collective);
    const dataset = await datasetOf(collective.ctx, model.datasetId, { limit: 1 });
    const blob = await collective.platform.blobs.get(dataset.ok ? dataset.dataset.manifestSha256 : '');
    const read = readManifest(Buffer.from(blob ?? '').toString());
    expect(read).toMatchObject({ ok: true, root: model.datasetRoot });
    expect(await datasetOf(collective.ctx, 'none', { limit: 1 })).toEqual({
      ok: false,
      code: 'unknown_dataset',
    });
    expect(await modelOf(collective.ctx, 'none')).toEqual({ ok: false, code: 'unknown_model' });
  });
});

describe('a dataset’s root', () => {
  const item = (n: number) => ({
    sha256: n.toString(16).padStart(64, '0'),
    basis: 'public_domain_dedication' as const,
    consentId: null,
    weight: 1,
  });

  it('changes with anything an item says, and with the order', () => {
    const roots = [
      [item(1), item(2)],
      [item(2), item(1)],
      [item(1), { ...item(2), weight: 2 }],
      [item(1), { ...item(2), basis: 'member_consent' as const, consentId: 'c' }],
      [item(1)],
    ].map(datasetRoot);
    expect(new Set(roots).size).toBe(5);
  });

  it.each([
    ['no JSON', '{'],
    ['no hash', '{"basis":"public_domain_dedication","consentId":null,"weight":1}'],
    ['no ground', `{"sha256":"${'0'.repeat(64)}","basis":"member_consent","consentId":null,"weight":1}`],
    [
      'no weight',
      `{"sha256":"${'0'.repeat(64)}","basis":"public_domain_dedication","consentId":null,"weight":0}`,
    ],
  ])('is not computed from a manifest with %s', (_name, line) => {
    expect(readManifest(`${JSON.stringify(item(1))}\n${line}\n`)).toEqual({
      ok: false,
      code: 'manifest_malformed',
      line: 2,
    });
  });
});
