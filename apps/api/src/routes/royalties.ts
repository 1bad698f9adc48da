import {
  type CountedClip,
  countedClip,
  poolsOf,
  type RoyaltyOfClip,
  royaltiesOfMember,
  royaltyOfClip,
} from '@uncaged/compensation';
import { type ClipRoyalty, royaltyEndpoints as wire } from '@uncaged/contract';
import { modelBehind, modelsTaughtBy, workOf } from '@uncaged/provenance';
import { type Deps, newRoutes } from '../deps.ts';
import { route } from '../route.ts';

const proven = (entryId: string, time: Date) => {
  return { time: time.toISOString(), entryId, proof: `/api/book/entries/${entryId}` };
};

function wirePaid(paid: RoyaltyOfClip): NonNullable<ClipRoyalty['paid']> {
  return {
    currency: paid.currency,
    ...{ due: paid.due.toString(), amount: paid.amount.toString(), works: Number(paid.works) },
    ...{ indexBefore: paid.indexBefore.toString(), indexAfter: paid.indexAfter.toString() },
    ...proven(paid.entryId, paid.accruedAt),
  };
}

function wireCounted(counted: CountedClip): NonNullable<ClipRoyalty['counted']> {
  const { month, amount, currency, modelAmount, weights, sharedEntryId } = counted;
  return {
    ...{ month, place: Number(counted.place) },
    ...{ ofModel: Number(counted.ofModel), ofAll: Number(counted.ofAll) },
    setAside: amount === null || currency === null ? null : { amount: amount.toString(), currency },
    shared:
      modelAmount === null || sharedEntryId === null
        ? null
        : {
            amount: modelAmount.toString(),
            works: weights === null ? null : Number(weights),
            entryId: sharedEntryId,
          },
    ...proven(counted.entryId, counted.countedAt),
  };
}

/** What clips pay to the works behind their models, and what of it is whose. */
export function royaltyRoutes(deps: Deps) {
  const app = newRoutes();
  const { db, clock } = deps.platform;
  const modelNamed = async (id: string) => ({ id, name: (await modelBehind(db.read, id))?.name ?? '' });
  const clip = { summary: 'What a clip paid to the works behind its model' };
  route(app, wire.clipRoyalty, clip, async ({ params }) => {
    const generationId = params.id ?? '';
    const paid = await royaltyOfClip(db.read, generationId);
    const counted = await countedClip(db.read, generationId);
    const modelId = paid?.modelId ?? counted?.modelId;
    if (modelId === undefined) return { ok: false, code: 'no_royalty' };
    const answer = {
      ...{ generationId, model: await modelNamed(modelId) },
      ...{ paid: paid && wirePaid(paid), counted: counted && wireCounted(counted) },
    };
    return { ok: true, answer };
  });
  const work = { summary: 'What a work earned from the models that learned from it' };
  route(app, wire.workRoyalties, work, async ({ c, params }) => {
    const seen = await workOf(await deps.contextOf(c), params.id ?? '');
    if (!seen.ok) return seen;
    const pools = [];
    for (const taught of await modelsTaughtBy(db.read, params.id ?? '')) {
      const { modelId, name, weight, objected, everObjected, claimed } = taught;
      for (const pool of await poolsOf(db.read, modelId))
        pools.push({
          ...{ model: { id: modelId, name }, currency: pool.currency, weight: Number(weight) },
          ...{ objected, claimed },
          weights: Number(pool.weights ?? (await modelBehind(db.read, modelId))?.works ?? 0),
          earned: everObjected ? null : (weight * pool.index).toString(),
        });
    }
    return { ok: true, answer: { pools } };
  });
  const mine = { summary: 'What I hold of the pools of models, and what waits to be paid' };
  route(app, wire.myRoyalties, mine, async ({ c }) => {
    const { actor } = await deps.contextOf(c);
    const pools = [];
    for (const held of await royaltiesOfMember(db.read, actor.memberId ?? ''))
      pools.push({
        ...{ model: await modelNamed(held.modelId), currency: held.currency },
        ...{ mine: Number(held.claimed), weight: Number(held.weight), weights: Number(held.weights) },
        ...{ owed: held.owed, paid: held.paid.toString() },
      });
    const now = clock.now();
    const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
    return { ok: true, answer: { pools, nextPayout: next.toISOString() } };
  });
  return app;
}
