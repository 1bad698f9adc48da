import { policiesEndpoints as wire } from '@uncaged/contract';
import {
  type Appeal,
  appealOf,
  appealsOf,
  type Emergency,
  emergenciesOf,
  emergencyOf,
  type GovernedContext,
  judgeAppeal,
  openAppeal,
  openEmergency,
  policyAt,
  policyFollowing,
  policyNamed,
  policyVersion,
  signEmergency,
} from '@uncaged/governance';
import {
  clauseWords,
  diffPolicies,
  mayDo,
  type PolicyPatch,
  patchBetween,
  policyFromYaml,
  policyToYaml,
} from '@uncaged/governance/rules';
import { refusedWords, replayDays, replayPatch } from '@uncaged/studio';
import { z } from 'zod';
import { type ApiContext, type Deps, newRoutes, type WrittenEntry } from '../deps.ts';
import { detailed } from '../detailed.ts';
import { namesOf } from '../named.ts';
import { route } from '../route.ts';
import { turns } from '../turns.ts';
import { wired } from '../wired.ts';

const atMoment = z.object({ moment: z.iso.datetime({ offset: true }) });
const ofVersion = z.object({ version: z.coerce.number().int().min(1).max(999_999_999).optional() });

/** Policies as files and at past moments; what follows a vote; emergency measures; appeals. */
export function policyRoutes(deps: Deps) {
  const app = newRoutes();
  const { db } = deps.platform;

  route(
    app,
    wire.policyAt,
    { summary: 'The policy that was in force at a moment', query: atMoment },
    async ({ query }) => {
      const then = await policyAt(db.read, new Date(query.moment));
      if (!then) return { ok: false, code: 'unknown_policy_version' };
      const found = await policyVersion(db.read, then.version);
      return found.ok ? { ok: true, answer: wired({ ...found.policy, origins: found.origins }) } : found;
    },
  );
  route(
    app,
    wire.policyFile,
    { summary: 'A policy as a YAML file', query: ofVersion },
    async ({ c, query }) => {
      const found = await policyVersion(db.read, query.version ?? null);
      if (!found.ok) return found;
      const { version, document } = found.policy;
      return c.body(policyToYaml(document), 200, {
        'content-type': 'application/yaml; charset=utf-8',
        'content-disposition': `attachment; filename="policy-${version}.yaml"`,
        'cache-control': 'no-store',
      });
    },
  );
  route(
    app,
    wire.checkPolicyFile,
    { summary: 'What a policy file would change', limit: 1_200_000 },
    async ({ c, body }) => {
      const { policy } = await deps.contextOf(c);
      const read = policyFromYaml(body.yaml);
      if (!read.ok) return detailed(read);
      const patch = patchBetween(policy.document, read.policy);
      const diff = diffPolicies(policy.document, read.policy);
      return { ok: true, answer: wired({ patch: [...patch], against: policy.hash, diff }) };
    },
  );
  route(
    app,
    wire.policyFollowing,
    { summary: 'Changes on trial, and the dates that votes set' },
    async () => ({ ok: true, answer: wired(await policyFollowing(db.read)) }),
  );

  const lookingBack = turns(8);
  route(
    app,
    wire.replay,
    { summary: 'What a patch would have changed in the last days' },
    async ({ c, body }) => {
      const ctx = await deps.contextOf(c);
      const { against, days = replayDays.usual } = body;
      const patch = body.patch as PolicyPatch;
      const found = await lookingBack(() => replayPatch(ctx, { patch, against, days }));
      if (found === null) return { ok: false, code: 'replay_busy', headers: { 'retry-after': '5' } };
      if (!found.ok) return detailed(found);
      const { outcomes, payouts, ...replay } = found.replay;
      const paid = payouts.map((line) => ({ ...line, before: `${line.before}`, after: `${line.after}` }));
      const told = outcomes.map((line) => ({ ...line, words: clauseWords(found.patched, line.clause) }));
      return { ok: true, answer: wired({ ...replay, outcomes: told, payouts: paid }) };
    },
  );

  route(app, wire.emergencies, { summary: 'Emergency measures, newest first' }, async ({ c }) => {
    const ctx = await deps.contextOf(c);
    const found = await emergenciesOf(db.read, ctx.policy);
    const emergencies = await Promise.all(found.map((one) => shownEmergency(ctx, one)));
    return { ok: true, answer: wired({ emergencies, mayOpen: maySign(ctx) }) };
  });
  route(app, wire.emergency, { summary: 'One emergency measure' }, async ({ c, params }) => {
    const ctx = await deps.contextOf(c);
    const found = await emergencyOf(db.read, ctx.policy, params.id ?? '');
    if (!found) return { ok: false, code: 'unknown_emergency' };
    return { ok: true, answer: wired({ emergency: await shownEmergency(ctx, found) }) };
  });
  route(
    app,
    wire.openEmergency,
    { summary: 'Ask for a measure that cannot wait for a vote', status: 201 },
    async ({ c, body, idempotencyKey }) => {
      const ctx = await deps.contextOf(c);
      const opened = await openEmergency(ctx, { ...body, patch: body.patch as PolicyPatch, idempotencyKey });
      if (!opened.ok) return detailed(opened);
      return emergencyChanged(c, opened.emergencyId, opened.entry);
    },
  );
  route(app, wire.signEmergency, { summary: 'Sign an emergency measure' }, async ({ c, params }) => {
    const id = params.id ?? '';
    const signed = await signEmergency(await deps.contextOf(c), id);
    return signed.ok ? emergencyChanged(c, id, signed.entry) : signed;
  });

  route(app, wire.appeals, { summary: 'Appeals against refusals, newest first' }, async ({ c }) => {
    const ctx = await deps.contextOf(c);
    const found = await appealsOf(db.read, ctx.actor.memberId);
    return { ok: true, answer: wired({ appeals: await Promise.all(found.map(shownAppeal)) }) };
  });
  route(app, wire.appeal, { summary: 'One appeal' }, async ({ c, params }) => {
    const found = await appealOf(db.read, params.id ?? '', c.get('actor').memberId);
    if (!found) return { ok: false, code: 'unknown_appeal' };
    return { ok: true, answer: wired({ appeal: await shownAppeal(found) }) };
  });
  route(
    app,
    wire.openAppeal,
    { summary: 'Ask a drawn panel to judge a refusal', status: 201 },
    async ({ c, body }) => {
      const ctx = await deps.contextOf(c);
      const refused = await refusedWords(ctx, body.generationId);
      if (!refused) return { ok: false, code: 'nothing_refused' };
      const opened = await openAppeal(ctx, refused, body.reason);
      return opened.ok ? appealChanged(c, opened.appealId, opened.entry) : opened;
    },
  );
  route(app, wire.judgeAppeal, { summary: 'Judge an appeal, as its panel' }, async ({ c, params, body }) => {
    const id = params.id ?? '';
    const judged = await judgeAppeal(await deps.contextOf(c), id, body);
    return judged.ok ? appealChanged(c, id, judged.entry) : judged;
  });

  async function emergencyChanged(c: ApiContext, id: string, entry: WrittenEntry) {
    const ctx = await deps.contextOf(c);
    const found = await emergencyOf(db.read, ctx.policy, id);
    if (!found) return { ok: false as const, code: 'unknown_emergency' };
    const emergency = await shownEmergency(ctx, found);
    return { ok: true as const, answer: wired({ emergency, receipt: await deps.receipt(entry) }) };
  }

  async function shownEmergency(ctx: GovernedContext, emergency: Emergency) {
    const { signatures, againstVersion: _, ...open } = emergency;
    const names = await namesOf(
      db.read,
      signatures.map(({ memberId }) => memberId),
    );
    const signed = signatures.some(({ memberId }) => memberId === ctx.actor.memberId);
    return {
      ...open,
      patch: [...open.patch] as never,
      signatures: signatures.map(({ memberId, ...one }) => ({ member: names(memberId), ...one })),
      maySign: open.state === 'signing' && maySign(ctx) && !signed,
    };
  }

  async function appealChanged(c: ApiContext, id: string, entry: WrittenEntry) {
    const found = await appealOf(db.read, id, c.get('actor').memberId);
    if (!found) return { ok: false as const, code: 'unknown_appeal' };
    const receipt = await deps.receipt(entry);
    return { ok: true as const, answer: wired({ appeal: await shownAppeal(found), receipt }) };
  }

  async function shownAppeal(appeal: Appeal) {
    const { subject, memberId, panel, policyVersion, policyHash, ...open } = appeal;
    const names = await namesOf(db.read, [memberId, ...(panel ?? [])]);
    const under = await policyNamed(db.read, policyVersion, policyHash);
    return {
      ...open,
      generationId: subject.slice('generation:'.length),
      appellant: names(memberId),
      panel: panel?.map(names) ?? null,
      policyVersion,
      text: under ? clauseWords(under.document, appeal.clause) : appeal.clause,
    };
  }

  return app;
}

function maySign({ policy, actor }: GovernedContext): boolean {
  return actor.memberId !== null && mayDo(policy.document, actor.roles, 'sign_emergency');
}
