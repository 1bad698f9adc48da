import type { Tx } from '@uncaged/platform';
import type { ProvenanceContext } from '../context.ts';
import * as store from './materials.store.ts';

/** What a machine may be given of a work: its sanitised raster. */
export type Material = store.MaterialRow;

/**
 * The sanitised raster of a work, as a blob: PNG, or WebP, animated when `frames` is more than one; at most 512
 * pixels a side, at most 48 frames, no metadata. Works of a collection have no raster of their own: the picture
 * that pages show stands in. Null for an unknown work, and while only the hash of it is known. Says nothing about
 * consent.
 */
export async function materialOf(
  tx: Tx,
  ctx: Pick<ProvenanceContext, 'blobs'>,
  workId: string,
): Promise<Material | null> {
  const found = await store.materialOf(tx, workId);
  if (!found) return null;
  if (found.kept) return found.kept;
  const shown = found.shownSha256 === null ? null : await ctx.blobs.get(found.shownSha256);
  if (!shown || found.shownSha256 === null) return null;
  return {
    sha256: found.shownSha256,
    mediaType: 'image/webp',
    frames: 1,
    ...sizeOfWebp(shown),
    milliseconds: null,
  };
}

/** Pixels of a WebP that this program wrote (RFC 9649, sections 2.5 to 2.7). */
function sizeOfWebp(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  if (kind === 'VP8 ')
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind === 'VP8X')
    return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
  throw new Error(`a picture for pages is no WebP that was written here: ${kind}`);
}
