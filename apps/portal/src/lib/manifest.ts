/** What an adapter's file says of itself, found wherever its writer put it. */
import { facts } from './training.ts';

/** One work that an adapter's file names. Null: the file does not say. */
export interface Named {
  title: string | null;
  maker: string | null;
  licence: string | null;
  sha256: string | null;
  consentId: string | null;
}

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string' && value !== '') return value;
  if (value !== null && typeof value === 'object' && 'name' in value) return textOf(value.name);
  if (value !== null && typeof value === 'object' && 'id' in value) return textOf(value.id);
  return null;
};

const firstOf = (work: Record<string, unknown>, ...keys: string[]): string | null =>
  keys.map((key) => textOf(work[key])).find((text) => text !== null) ?? null;

/** The works a manifest names, and its other plain facts. A file that says nothing gives neither. */
export function manifestOf(manifest: unknown): { works: Named[]; facts: { name: string; value: string }[] } {
  const all = (manifest ?? {}) as { works?: unknown; items?: unknown };
  const list = Array.isArray(all.works) ? all.works : Array.isArray(all.items) ? all.items : [];
  const works = list
    .filter((work): work is Record<string, unknown> => work !== null && typeof work === 'object')
    .map((work) => ({
      title: firstOf(work, 'title', 'caption'),
      maker: firstOf(work, 'maker', 'author', 'by'),
      licence: firstOf(work, 'licence', 'license'),
      sha256: firstOf(work, 'sha256', 'hash'),
      consentId: firstOf(work, 'consentId', 'consent'),
    }));
  return { works, facts: facts(manifest) };
}
