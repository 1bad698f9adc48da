import { framed, fromHex, leafHashOf, rootOf, toHex } from '@uncaged/book/rules';
import type { Basis } from '../consent/consent.ts';

/** One work as it stands in a dataset: which bytes, on what ground, counted how often. */
export interface DatasetEntry {
  /** SHA-256 of the original bytes, hex. */
  sha256: string;
  basis: Basis;
  /** The consent line it stands on; null for a dedication. */
  consentId: string | null;
  /** Whole number ≥ 1. */
  weight: number;
}

/** Leaf of the dataset's tree: SHA-256(0x00 ‖ framed('uncaged/dataset-item/v1', hash, basis, consent id, weight)). */
export function datasetLeaf(item: DatasetEntry): Uint8Array {
  const hash = fromHex(item.sha256);
  if (hash?.length !== 32) throw new Error(`${item.sha256} is no SHA-256`);
  return leafHashOf(
    framed('uncaged/dataset-item/v1', hash, item.basis, item.consentId ?? '', String(item.weight)),
  );
}

/** RFC 6962 root over the items in their order, hex. */
export function datasetRoot(items: Iterable<DatasetEntry>): string {
  return toHex(rootOf([...items].map(datasetLeaf)));
}

export type Manifest =
  | { ok: true; items: DatasetEntry[]; root: string }
  | { ok: false; code: 'manifest_malformed'; line: number };

/**
 * Reads a dataset's manifest: JSON Lines, one item a line with at least sha256, basis, consentId and weight; the
 * line number is the item's place in the tree. What else a line says (title, author…) is for people.
 */
export function readManifest(text: string): Manifest {
  const items: DatasetEntry[] = [];
  const lines = text.split('\n').filter((line) => line !== '');
  for (const [index, line] of lines.entries()) {
    const item = entryOf(line);
    if (!item) return { ok: false, code: 'manifest_malformed', line: index + 1 };
    items.push(item);
  }
  return { ok: true, items, root: datasetRoot(items) };
}

function entryOf(line: string): DatasetEntry | null {
  try {
    const { sha256, basis, consentId, weight } = JSON.parse(line) as Record<string, unknown>;
    if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return null;
    if (basis !== 'public_domain_dedication' && basis !== 'member_consent') return null;
    if (consentId !== null && typeof consentId !== 'string') return null;
    if ((basis === 'member_consent') !== (consentId !== null)) return null;
    if (typeof weight !== 'number' || !Number.isSafeInteger(weight) || weight < 1) return null;
    return { sha256, basis, consentId, weight };
  } catch {
    return null;
  }
}
