import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip } from '../fixtures/clips.ts';
import { type Collective, openCollective } from '../fixtures/collective.ts';
import { collection, drawing } from '../fixtures/drawings.ts';
import { importFiles, startImport } from '../imports/imports.ts';
import { materialOf } from './materials.ts';
import { addWork, listWorks, pictureOf } from './works.ts';

let collective: Collective;
beforeAll(async () => {
  collective = await openCollective();
});
afterAll(() => collective.close());

const bring = async (bytes: Uint8Array) => {
  const wish = { bytes, title: 'a work', keywords: [], licence: '', consents: [] };
  const added = await addWork(collective.ctx, wish);
  if (!added.ok) throw new Error(added.code);
  return added.work.row;
};
const material = (id: string) => materialOf(collective.platform.db.read, collective.ctx, id);

describe('what a machine may be given of a work', () => {
  it('of a drawing is a PNG, its alpha kept', async () => {
    const { id, frames } = await bring(Buffer.from(drawing({})));
    const found = await material(id);
    expect(frames).toBe(1);
    expect(found).toMatchObject({ mediaType: 'image/png', frames: 1, width: 512, height: 512 });
    const bytes = await collective.platform.blobs.get(found?.sha256 ?? '');
    expect(await sharp(bytes ?? undefined).metadata()).toMatchObject({ format: 'png', hasAlpha: true });
  });

  it('of a clip is an animated WebP, and the work moves on pages too', async () => {
    const row = await bring(await clip({ codec: 'vp9', container: 'webm' }));
    const found = await material(row.id);
    expect(row).toMatchObject({ mediaType: 'video/webm', width: 64, height: 48, frames: found?.frames });
    expect(row.sanitisedSha256).toBe(found?.sha256);
    expect(found).toMatchObject({ mediaType: 'image/webp', width: 64, height: 48, milliseconds: 1000 });
    expect(found?.frames).toBeGreaterThan(12);
    const picture = await pictureOf(collective.ctx, row.id);
    if (!picture.ok) throw new Error(picture.code);
    expect((await sharp(picture.bytes).metadata()).pages).toBeGreaterThan(12);
  });

  it('of a collection’s work is the picture for pages; nothing else is made ten thousand times', async () => {
    const { report } = await startImport(collective.operator, 'small');
    const files = [...collection].slice(0, 2).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
    await importFiles(collective.operator, report.id, files);
    const { works } = await listWorks(collective.ctx, { source: 'small', limit: 2 });
    expect(works).toHaveLength(2);
    for (const { id, shownSha256, frames } of works) {
      expect(frames).toBe(1);
      const found = await material(id);
      expect(found).toMatchObject({ sha256: shownSha256, mediaType: 'image/webp', frames: 1 });
      const bytes = await collective.platform.blobs.get(shownSha256 ?? '');
      const { width, height } = await sharp(bytes ?? undefined).metadata();
      expect(found).toMatchObject({ width, height });
    }
  });

  it('of an unknown work is nothing', async () => {
    expect(await material('none')).toBe(null);
  });

  it('every invariant holds', async () => {
    expect(await collective.broken()).toEqual([]);
  });
});
