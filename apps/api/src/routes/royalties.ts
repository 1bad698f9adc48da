import { poolsOf, royaltiesOfMember, royaltyOfClip } from '@uncaged/compensation';
import { royaltyEndpoints as wire } from '@uncaged/contract';
import { modelBehind, modelsTaughtBy, workOf } from '@uncaged/provenance';
import { type Deps, newRoutes } from '../deps.ts';
import { route } from '../route.ts';

/** What clips pay to the works behind their models, and what of it is whose. */
export function royaltyRoutes(deps: Deps) {
  const app = newRoutes();
  const { db, clock } = deps.platform;
  const modelNamed = async (id: string) => ({ id, name: (await modelBehind(db.read, id))?.name ?? '' });
  const clip = { summary: 'What a clip paid to the works behind its model' };
  route(app, wire.clipRoyalty, clip, async ({ params }) => {
    const found = await royaltyOfClip(db.read, params.id ?? '');
    if (!found) return { ok: false, code: 'no_royalty' };
    const { generationId, modelId, currency, entryId } = found;
    const answer = {
      ...{ generationId, model: await modelNamed(modelId), currency },
      ...{ due: found.due.toString(), amount: found.amount.toString(), works: Number(found.works) },
      ...{ indexBefore: found.indexBefore.toString(), indexAfter: found.indexAfter.toString() },
      ...{ time: found.accruedAt.toISOString(), entryId, proof: `/api/book/entries/${entryId}` },
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
