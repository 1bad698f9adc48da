import { setImmediate as others } from 'node:timers/promises';
import { paidSince } from '@uncaged/compensation';
import { type RecastLine, recastMonths, recastPaid, recastRoyalties } from '@uncaged/compensation/rules';
import { collectiveOf, type GovernedContext, liftedFor, policyOfHash } from '@uncaged/governance';
import { type Policy, type PolicyPatch, patchPolicy } from '@uncaged/governance/rules';
import type { Tx } from '@uncaged/platform';
import { styleNameConsents } from '@uncaged/provenance';
import { textsOf } from '../fine-tunes/fine-tunes.ts';
import { type ChangedOutcomes, Changes } from './changes.ts';
import { type PastRequest, Retelling } from './outcome.ts';
import * as store from './replay.store.ts';

/** What a patch would have changed in the last days, by kind; about nobody. */
export interface Replay {
  /** the policy the patch was put on */
  policyVersion: number;
  since: Date;
  until: Date;
  /** no outcome is told that fewer members stand behind */
  floor: number;
  looked: { clips: number; fineTunes: number; pieces: number };
  outcomes: ChangedOutcomes[];
  payouts: RecastLine[];
}

export type ReplayDecision =
  | { ok: true; replay: Replay; patched: Policy }
  | { ok: false; code: 'replay_days_out_of_range' | 'unknown_policy'; detail?: string }
  | Extract<ReturnType<typeof patchPolicy>, { ok: false }>;

const day = 86_400_000;
export const replayDays = { least: 1, usual: 30, most: 365 } as const;
/** Rows read at once: after each such page others have their turn. */
const page = 2000;

/**
 * Puts every request and payment of the last `days` to a policy and to the same with a patch, by the code that
 * enforces, and tells what differs. Consents and lifted refusals are taken as they stand now; words that were erased
 * count for nothing. What a limit kept out left no trace, so a wider limit shows nothing here. Errors in the order
 * they are tested: replay_days_out_of_range, unknown_policy, those of `patchPolicy`.
 */
export async function replayPatch(
  ctx: GovernedContext,
  asked: { patch: PolicyPatch; against: string; days: number },
): Promise<ReplayDecision> {
  const { least, most } = replayDays;
  if (!Number.isInteger(asked.days) || asked.days < least || asked.days > most)
    return {
      ok: false,
      code: 'replay_days_out_of_range',
      detail: `A whole number from ${least} to ${most}.`,
    };
  const tx = ctx.db.read;
  const base = await policyOfHash(tx, asked.against);
  if (!base) return { ok: false, code: 'unknown_policy' };
  const patched = patchPolicy(base.document, asked.patch);
  if (!patched.ok) return patched;
  const until = ctx.clock.now();
  const since = new Date(until.getTime() - asked.days * day);
  const floor = ctx.policy.document.privacy.minGroupSize;
  const told = await retell(tx, { before: base.document, after: patched.policy, since, until, floor });
  return {
    ok: true,
    patched: patched.policy,
    replay: { policyVersion: base.version, since, until, floor, ...told },
  };
}

interface Window {
  before: Policy;
  after: Policy;
  since: Date;
  until: Date;
  floor: number;
}

async function retell(tx: Tx, window: Window): Promise<Pick<Replay, 'looked' | 'outcomes' | 'payouts'>> {
  const { before, after, since, until, floor } = window;
  const standing = { consents: await styleNameConsents(tx, until), lifted: await liftedFor(tx) };
  const sides = [new Retelling(before, standing), new Retelling(after, standing)] as const;
  const changes = new Changes(floor);
  const looked = { clips: 0, fineTunes: 0, pieces: 0 };
  for await (const asked of pastRequests(tx, since, until)) {
    changes.add(asked, sides[0].refusal(asked), sides[1].refusal(asked));
    looked[asked.about === 'clip' ? 'clips' : 'fineTunes'] += 1;
  }
  const { outcomes, refusedClips } = changes.told();
  const { alike, owing } = await paidSince(tx, since);
  const payouts = recastPaid(before, after, alike);
  const inCurrency = Map.groupBy(owing, ([, currency]) => currency);
  for (const currency of [...inCurrency.keys()].sort()) {
    // A clip that would not have been made would have owed nothing.
    const owed = (inCurrency.get(currency) ?? []).map(([clip]) => clip);
    const gone = owed.filter((clip) => refusedClips.has(clip)).length;
    const line = recastRoyalties(
      { policy: before, clips: owed.length },
      { policy: after, clips: owed.length - gone },
      currency,
    );
    payouts.push(line);
  }
  const collective = await collectiveOf(tx);
  const months = collective && recastMonths(before, after, { since, until }, collective.currency);
  looked.pieces = payouts.reduce((pieces, line) => pieces + line.pieces, 0);
  if (months) payouts.push(months);
  return { looked, outcomes, payouts };
}

async function* pastRequests(tx: Tx, since: Date, until: Date): AsyncGenerator<PastRequest> {
  let next = await store.firstClipSince(tx, since);
  while (next !== null) {
    const found = await store.clipsFrom(tx, next, page + 1);
    for (const row of found.slice(0, page))
      if (row.prompt !== '' && row.createdAt <= until.getTime()) yield ofClip(row);
    next = found[page]?.id ?? null;
    await others();
  }
  for (const { row, items } of await store.fineTunesSince(tx, { since, until }))
    if (row.name !== '') yield ofFineTune(row, items);
}

function ofClip(row: store.AskedClip): PastRequest {
  const { id, makerId, modelId, prompt, seed, steps, guidance, mode, size, createdAt, finishedAt } = row;
  const raw = { prompt, seed, steps, guidance, mode, size };
  return { about: 'clip', id, memberId: makerId, modelId, at: createdAt, endedAt: finishedAt, raw };
}

type FineTune = Awaited<ReturnType<typeof store.fineTunesSince>>[number];
function ofFineTune(row: FineTune['row'], items: FineTune['items']): PastRequest {
  const { name, styleWord, kind, steps, rank, seed, sheetPrompts, sheetSeeds, sheetEvery } = row;
  const sheet = { prompts: sheetPrompts, seeds: sheetSeeds };
  return {
    about: 'fine_tune',
    memberId: row.makerId,
    modelId: row.baseModelId,
    at: row.createdAt.getTime(),
    endedAt: row.finishedAt?.getTime() ?? null,
    raw: { name, styleWord, kind, items, steps, rank, seed: Number(seed), sheet, sheetEvery },
    texts: textsOf({ name, styleWord, sheetPrompts, items }),
  };
}
