import type { GovernedContext } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { type AdapterRow, byIds, type Mixed } from './adapters.store.ts';
import { askConsent, type WithoutConsent } from './consent.ts';
import * as fineTunes from './fine-tunes.store.ts';

/** An adapter named for a clip. */
export interface Mix {
  id: string;
  weight: number;
}

/** Adapters that one clip may mix. */
const mixedAtMost = 4;

export type MixDecision =
  | { ok: true; mix: Mix[] }
  | { ok: false; code: 'too_many_adapters' | 'duplicate_adapter' | 'weight_not_finite'; detail: string };

/**
 * Decides whether these can be mixed at all. Errors in the order they are tested: too_many_adapters,
 * duplicate_adapter, weight_not_finite.
 */
export function decideMix(asked: readonly { id: string; weight: unknown }[]): MixDecision {
  if (asked.length > mixedAtMost)
    return { ok: false, code: 'too_many_adapters', detail: `${asked.length}; at most ${mixedAtMost}.` };
  if (new Set(asked.map(({ id }) => id)).size < asked.length)
    return { ok: false, code: 'duplicate_adapter', detail: 'Name each adapter once, with one weight.' };
  const mix: Mix[] = [];
  for (const { id, weight } of asked) {
    if (typeof weight !== 'number' || !Number.isFinite(weight))
      return { ok: false, code: 'weight_not_finite', detail: 'Any finite number, as a JSON number.' };
    mix.push({ id, weight });
  }
  return { ok: true, mix };
}

export type MixCode =
  | Extract<MixDecision, { ok: false }>['code']
  | 'unknown_adapter'
  | 'adapter_discarded'
  | 'adapter_other_base';

export type MixFound =
  | { ok: true; parts: (Mixed & { datasetId: string | null })[] }
  | { ok: false; code: Exclude<MixCode, Extract<MixDecision, { ok: false }>['code']>; detail: string }
  | WithoutConsent;

/**
 * The adapters a member may mix into a model now. Errors in the order they are tested, adapter by adapter:
 * unknown_adapter (also another’s that is not shared), adapter_discarded, adapter_other_base,
 * work_without_consent.
 */
export async function mixFor(
  tx: Tx,
  ctx: GovernedContext,
  mix: readonly Mix[],
  given: { memberId: string; weightsSha256: string },
): Promise<MixFound> {
  const found = await byIds(
    tx,
    mix.map(({ id }) => id),
  );
  const parts: (Mixed & { datasetId: string | null })[] = [];
  for (const { id, weight } of mix) {
    const adapter = found.get(id);
    if (!adapter || (adapter.ownerId !== given.memberId && adapter.sharedAt === null))
      return { ok: false, code: 'unknown_adapter', detail: `There is no adapter ${id}.` };
    if (adapter.state === 'discarded')
      return { ok: false, code: 'adapter_discarded', detail: `Its maker threw away the adapter ${id}.` };
    if (adapter.baseWeightsSha256 !== given.weightsSha256) {
      const detail = `“${adapter.name}” was taught on ${adapter.baseName} (${adapter.baseWeightsSha256.slice(0, 12)}…).`;
      return { ok: false, code: 'adapter_other_base', detail };
    }
    const refusal = await consentFor(tx, ctx, adapter, given.memberId);
    if (refusal) return refusal;
    parts.push({ adapterId: id, sha256: adapter.sha256, weight, datasetId: adapter.datasetId });
  }
  return { ok: true, parts };
}

/**
 * What stands against using an adapter now: the lines of its works, as its maker or as somebody it is shared with.
 * The lines of an imported one stand in another book; it is its owner’s to answer for, and theirs alone.
 */
export async function consentFor(
  tx: Tx,
  ctx: GovernedContext,
  adapter: AdapterRow,
  memberId: string,
): Promise<WithoutConsent | null> {
  if (adapter.fineTuneId === null) return null;
  const items = await fineTunes.itemsOf(tx, adapter.fineTuneId);
  return askConsent(
    tx,
    ctx,
    items.map(({ workId }) => workId),
    adapter.ownerId === memberId ? ['fine_tune_own'] : ['fine_tune_own', 'fine_tune_shared'],
  );
}
