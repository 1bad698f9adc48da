import type { GovernedContext } from '@uncaged/governance';
import { type Glance, type Ground, glancesAt, groundsOf, materialOf, ownGrounds } from '@uncaged/provenance';
import * as store from './fine-tunes.store.ts';
import { makerOf } from './fine-tunes.ts';

/** A work to learn from, with the words there are for it. */
export interface Material {
  ground: Ground;
  /** What its maker called it. */
  caption: string;
  /** What a machine saw in it; null until it was asked. */
  suggestion: string | null;
}

/** The actor's own works as something to learn from, newest first; `cursor` as the last answer gave it. */
export async function materials(
  ctx: GovernedContext,
  asked: { cursor?: string | undefined; limit: number },
): Promise<{ materials: Material[]; cursor: string | null; total: number }> {
  const { grounds, cursor, total } = await ownGrounds(ctx, asked);
  const ids = grounds.map(({ row }) => row.id);
  const suggestions = await store.suggestionsFor(ctx.db.read, ids);
  const found = grounds.map((ground) => {
    const suggestion = suggestions.get(ground.row.id) ?? null;
    return { ground, caption: captionOf(ground.row), suggestion };
  });
  return { materials: found, cursor, total };
}

/** Words its maker gave a work: its title where that is more than a file’s name, else its keywords. */
export function captionOf({ title, keywords }: { title: string; keywords: readonly string[] }): string {
  const words = title
    .replace(/\.(png|jpe?g|webp|gif|svg|avif|mp4|webm)$/i, '')
    .replace(/[_-]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return /^(?:img|image|dsc|scan|untitled|unnamed|copy|of|[0-9 ()])*$/i.test(words)
    ? keywords.join(' ')
    : words;
}

export type CaptionsDecision =
  | { ok: true; captions: { workId: string; caption: string; machineMade: true }[] }
  | { ok: false; code: 'unknown_work' | 'not_your_work'; detail: string };

/**
 * Looks at own works, in another process, and says what is in them: the colours there is most of, the words of the
 * maker, and the ground. Keeps what it said. A work whose picture cannot be read is left out. Errors in the order
 * they are tested: unknown_work, not_your_work.
 */
export async function suggestCaptions(
  ctx: GovernedContext,
  workIds: readonly string[],
): Promise<CaptionsDecision> {
  const ids = [...new Set(workIds)];
  const found = await groundsOf(ctx.db.read, ctx, ids);
  const makerId = makerOf(ctx);
  const pictures: Uint8Array[] = [];
  const seen: Ground[] = [];
  for (const id of ids) {
    const ground = found.get(id);
    if (!ground) return { ok: false, code: 'unknown_work', detail: `There is no work ${id}.` };
    if (ground.row.memberId !== makerId)
      return { ok: false, code: 'not_your_work', detail: `The work ${id} is not yours.` };
    const material = await materialOf(ctx.db.read, ctx, id);
    const bytes = material && (await ctx.blobs.get(material.sha256));
    if (!bytes) continue;
    pictures.push(bytes);
    seen.push(ground);
  }
  const glances = pictures.length === 0 ? [] : await glancesAt(pictures);
  const captions = seen.flatMap(({ row }, index) => {
    const glance = glances[index];
    return glance ? [{ workId: row.id, caption: said(row, glance), machineMade: true as const }] : [];
  });
  await ctx.db.transaction((tx) =>
    store.keepSuggestions(
      tx,
      captions.map(({ workId, caption }) => ({ workId, caption })),
    ),
  );
  return { ok: true, captions };
}

/** Such as “red blue heron over water, white ground”. Colours that the words name already are not said twice. */
export function said(
  work: { title: string; keywords: readonly string[] },
  { colours, ground }: Glance,
): string {
  const words = captionOf(work).toLowerCase();
  const fresh = colours.filter((colour) => !words.split(/\P{L}+/u).includes(colour));
  const thing = [...fresh, words].filter((part) => part !== '').join(' ');
  const behind = ground === null ? '' : `${ground} ground`;
  return [thing, behind].filter((part) => part !== '').join(', ');
}
