import type { GovernedContext } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { type Ground, groundsOf, type TeachingUse } from '@uncaged/provenance';
import * as store from './fine-tunes.store.ts';

/** A work that may not be used so now, and why. */
export interface Missing {
  workId: string;
  title: string;
  use: TeachingUse;
  because: string;
  [more: string]: string;
}

export type WithoutConsent = {
  ok: false;
  code: 'work_without_consent';
  detail: string;
  works: Missing[];
};

/** The refusal where some of these works lack a line for one of the uses; null where all have one. */
export function withoutConsent(
  grounds: Iterable<Ground>,
  needed: readonly TeachingUse[],
): WithoutConsent | null {
  const works = [...grounds].flatMap(({ row, uses }) =>
    uses
      .filter(({ use, allowed }) => needed.includes(use) && !allowed)
      .map(({ use, because }) => ({ workId: row.id, title: row.title, use, because })),
  );
  const [first] = works;
  if (!first) return null;
  const more = works.length > 1 ? `, and ${works.length - 1} more` : '';
  const detail = `“${first.title}”: ${first.use}, ${first.because}${more}.`;
  return { ok: false, code: 'work_without_consent', detail, works };
}

/** Asks the makers’ lines about these works as they stand now. */
export async function askConsent(
  tx: Tx,
  ctx: GovernedContext,
  workIds: readonly string[],
  needed: readonly TeachingUse[],
): Promise<WithoutConsent | null> {
  return withoutConsent((await groundsOf(tx, ctx, workIds)).values(), needed);
}

/** Asks the makers’ lines about the works of a fine-tune. */
export async function askTeaching(
  tx: Tx,
  ctx: GovernedContext,
  fineTuneId: string,
  needed: readonly TeachingUse[],
): Promise<WithoutConsent | null> {
  const items = await store.itemsOf(tx, fineTuneId);
  const workIds = items.map(({ workId }) => workId);
  return askConsent(tx, ctx, workIds, needed);
}

/** What stands against using a model now: the lines of its works, where one member taught it alone. */
export async function askModel(
  tx: Tx,
  ctx: GovernedContext,
  modelId: string,
): Promise<WithoutConsent | null> {
  const fineTuneId = await store.thatTaught(tx, modelId);
  return fineTuneId === null ? null : askTeaching(tx, ctx, fineTuneId, ['fine_tune_own']);
}
