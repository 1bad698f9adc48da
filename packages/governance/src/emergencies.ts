import { type Entry, type Json, priorEntry } from '@uncaged/book';
import type { Context, Tx } from '@uncaged/platform';
import type { GovernedContext } from './context.ts';
import { checkText, type TextCheck } from './drafts.ts';
import * as store from './emergencies.store.ts';
import { checkMeasure, type MeasureCheck, signingHours } from './emergency.ts';
import { at, recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { openVote } from './opening.ts';
import { type DiffLine, diffPolicies, type PolicyPatch, patchPolicy } from './patch.ts';
import * as policies from './policies.store.ts';
import { enactPolicy, requirePolicy } from './policies.ts';
import { mayDo, type PolicyInForce } from './policy.ts';
import * as proposals from './proposals.store.ts';
import { writeDraft } from './proposals.ts';
import { takingBack } from './reverting.ts';

type MachineContext = Pick<Context, 'db' | 'clock' | 'ids' | 'secrets'>;

const hour = 3_600_000;

/** A measure as it is shown: what it changes, who signed it, until when it holds. */
export interface Emergency extends store.EmergencyRow {
  diff: DiffLine[];
  signatures: { memberId: string; signedAt: Date; entryId: string }[];
  /** signatures that the policy in force asks for */
  signersNeeded: number;
  proposalNumber: number | null;
}

type Refused<Code extends string> = { ok: false; code: Code };

export type EmergencyOpened =
  | { ok: true; emergencyId: string; entry: Entry }
  | Refused<'idempotency_conflict' | 'not_allowed'>
  | Extract<TextCheck, { ok: false }>
  | { ok: false; code: 'stale_policy'; inForce: string }
  | { ok: false; code: 'emergency_too_long'; max: number }
  | Extract<MeasureCheck, { ok: false }>;

/**
 * Asks for a measure that cannot wait for a vote, and signs it. It is in force when as many others as the policy says
 * have signed. Errors in this order: `idempotency_conflict`, `not_allowed` (no role of theirs may sign), `title_length`,
 * `body_length`, `stale_policy`, those of `checkMeasure`, `emergency_too_long`.
 */
export async function openEmergency(
  ctx: GovernedContext,
  asked: {
    title: string;
    body: string;
    patch: PolicyPatch;
    against: string;
    hours: number;
    idempotencyKey?: string | undefined;
  },
): Promise<EmergencyOpened> {
  const { idempotencyKey, ...given } = asked;
  const input = given as unknown as Json;
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed')
      return { ok: true, emergencyId: prior.entry.subject.slice('emergency:'.length), entry: prior.entry };
    await members.lockCollective(tx);
    const policy = await requirePolicy(tx);
    const memberId = signerOf(ctx, policy);
    if (memberId === null) return { ok: false, code: 'not_allowed' };
    const text = checkText(given);
    if (!text.ok) return text;
    const { patch, against, hours } = given;
    if (against !== policy.hash) return { ok: false, code: 'stale_policy', inForce: policy.hash };
    const measure = checkMeasure(policy.document, patch);
    if (!measure.ok) return measure;
    const max = policy.document.emergencies?.maxHours ?? 0;
    if (!Number.isInteger(hours) || hours < 1 || hours > max)
      return { ok: false, code: 'emergency_too_long', max };
    const id = ctx.ids.next();
    const { title, body } = text;
    const now = at(ctx, ctx.clock.now());
    const entry = await recordFact(tx, now, {
      kind: 'emergency.opened',
      actor: memberId,
      subject: `emergency:${id}`,
      payload: { emergencyId: id, title, body, patch, against, hours } as unknown as Json,
      visibility: 'public',
      idempotencyKey,
      input,
    });
    await store.insert(tx, {
      ...{ id, title, body, patch, againstVersion: policy.version, hours, state: 'signing' },
      ...{ createdAt: entry.time, inForceAt: null, endsAt: null, version: null, proposalId: null },
      entryId: entry.id,
    });
    await addSignature(tx, now, id, memberId);
    return { ok: true, emergencyId: id, entry };
  });
}

export type EmergencySigned =
  | { ok: true; inForce: boolean; entry: Entry }
  | Refused<'unknown_emergency' | 'not_allowed' | 'already_signed' | 'emergency_over'>
  | { ok: false; code: 'stale_policy'; inForce: string };

/**
 * Signs a measure; the last signature that the policy asks for puts it in force and opens the vote that ratifies it.
 * Errors in this order: `unknown_emergency`, `not_allowed`, `already_signed`, `emergency_over` (in force, ended or
 * lapsed already), `stale_policy` (the policy has changed since it was written).
 */
export async function signEmergency(ctx: GovernedContext, id: string): Promise<EmergencySigned> {
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const emergency = await store.lock(tx, id);
    if (!emergency) return { ok: false, code: 'unknown_emergency' };
    const policy = await requirePolicy(tx);
    const memberId = signerOf(ctx, policy);
    if (memberId === null) return { ok: false, code: 'not_allowed' };
    const signed = await store.signaturesOf(tx, id);
    if (signed.some((one) => one.memberId === memberId)) return { ok: false, code: 'already_signed' };
    const now = at(ctx, ctx.clock.now());
    if (emergency.state !== 'signing' || signingEnds(emergency) <= now.clock.now())
      return { ok: false, code: 'emergency_over' };
    if (emergency.againstVersion !== policy.version)
      return { ok: false, code: 'stale_policy', inForce: policy.hash };
    const entry = await addSignature(tx, now, id, memberId);
    const rule = policy.document.emergencies;
    const inForce = rule !== undefined && signed.length + 1 >= rule.signers;
    if (inForce) await putInForce(tx, now, emergency, policy);
    return { ok: true, inForce, entry };
  });
}

function signerOf(ctx: GovernedContext, policy: PolicyInForce): string | null {
  const { memberId, roles } = ctx.actor;
  return memberId !== null && mayDo(policy.document, roles, 'sign_emergency') ? memberId : null;
}

function signingEnds({ createdAt }: store.EmergencyRow): Date {
  return new Date(createdAt.getTime() + signingHours * hour);
}

async function addSignature(tx: Tx, ctx: MachineContext, id: string, memberId: string): Promise<Entry> {
  const entry = await recordFact(tx, ctx, {
    kind: 'emergency.signed',
    actor: memberId,
    subject: `emergency:${id}`,
    payload: { emergencyId: id, memberId },
    visibility: 'public',
  });
  await store.sign(tx, { emergencyId: id, memberId, signedAt: entry.time, entryId: entry.id });
  return entry;
}

async function putInForce(
  tx: Tx,
  ctx: MachineContext,
  emergency: store.EmergencyRow,
  policy: PolicyInForce,
): Promise<void> {
  const { id, title, patch, hours } = emergency;
  const outcome = patchPolicy(policy.document, patch);
  if (!outcome.ok) throw new Error(`emergency ${id} no longer makes a policy`);
  const inForceAt = ctx.clock.now();
  const enacted = await enactPolicy(tx, ctx, {
    document: outcome.policy,
    proposalId: null,
    actor: null,
    emergencyId: id,
  });
  const { id: proposalId } = await writeDraft(tx, ctx, {
    kind: 'emergency',
    title,
    body: 'Stewards signed this measure before there was a vote. Without a yes it ends by itself.',
    patch: [],
    against: enacted.policy.hash,
    terms: { emergencyId: id },
    authorId: null,
    answers: [],
    policy: enacted.policy,
  });
  const proposal = await proposals.lock(tx, proposalId);
  if (!proposal) throw new Error(`the vote on emergency ${id} was not written`);
  await openVote(tx, ctx, proposal, enacted.policy);
  const endsAt = new Date(inForceAt.getTime() + hours * hour);
  const { version } = enacted.policy;
  await store.update(tx, id, { state: 'in_force', inForceAt, endsAt, version, proposalId });
}

/** A vote that passed keeps the measure: it is policy like any other from now on. */
export async function ratify(tx: Tx, proposal: proposals.ProposalRow, id: string): Promise<void> {
  const emergency = await store.lock(tx, id);
  if (emergency?.state === 'in_force') await store.update(tx, id, { state: 'ratified' });
  await proposals.advance(tx, proposal.id, { state: emergency?.state === 'in_force' ? 'enacted' : 'lapsed' });
}

/**
 * Ends measures whose hours are over and that no vote kept, and lets those lapse that too few signed. A vote that is
 * still open at the end does not prolong a measure. Answers how many ended.
 */
export async function emergenciesDue(world: MachineContext): Promise<number> {
  const now = world.clock.now();
  const unsigned = (await store.signing(world.db.read)).filter((one) => signingEnds(one) <= now);
  const ended = [...(await store.over(world.db.read, now)), ...unsigned];
  let taken = 0;
  for (const { id } of ended)
    taken += await world.db.transaction(async (tx) => {
      await members.lockCollective(tx);
      const ctx = at(world, world.clock.now());
      const emergency = await store.lock(tx, id);
      if (emergency?.state === 'signing') return lapse(tx, ctx, id);
      if (emergency?.state !== 'in_force') return 0;
      const vote = emergency.proposalId === null ? null : await proposals.lock(tx, emergency.proposalId);
      // It passed, and taking effect is only a tick away: the measure stays.
      if (vote?.state === 'passed') return 0;
      return end(tx, ctx, emergency);
    });
  return taken;
}

async function lapse(tx: Tx, ctx: MachineContext, id: string): Promise<number> {
  await recordFact(tx, ctx, {
    kind: 'emergency.lapsed',
    actor: null,
    subject: `emergency:${id}`,
    payload: { emergencyId: id },
    visibility: 'public',
  });
  await store.update(tx, id, { state: 'lapsed' });
  return 1;
}

async function end(tx: Tx, ctx: MachineContext, emergency: store.EmergencyRow): Promise<number> {
  const { id, version } = emergency;
  const after = await policies.byVersion(tx, version ?? 0);
  const before = await policies.byVersion(tx, (version ?? 0) - 1);
  const policy = await requirePolicy(tx);
  if (!after || !before) throw new Error(`emergency ${id} made no version`);
  const patch = takingBack(before.document, after.document, policy.document);
  if (patch && patch.length > 0) {
    const back = patchPolicy(policy.document, patch);
    if (!back.ok) throw new Error(`taking back emergency ${id} leaves no policy`);
    const document = back.policy;
    await enactPolicy(tx, ctx, {
      document,
      proposalId: null,
      actor: null,
      emergencyId: id,
      why: 'emergency_ended',
    });
  }
  await recordFact(tx, ctx, {
    kind: 'emergency.ended',
    actor: null,
    subject: `emergency:${id}`,
    payload: { emergencyId: id },
    visibility: 'public',
  });
  await store.update(tx, id, { state: 'ended' });
  return 1;
}

/** All measures there ever were, newest first. */
export async function emergenciesOf(tx: Tx, policy: PolicyInForce): Promise<Emergency[]> {
  return Promise.all((await store.all(tx)).map((row) => shown(tx, policy, row)));
}

export async function emergencyOf(tx: Tx, policy: PolicyInForce, id: string): Promise<Emergency | null> {
  const row = await store.byId(tx, id);
  return row && shown(tx, policy, row);
}

async function shown(tx: Tx, policy: PolicyInForce, row: store.EmergencyRow): Promise<Emergency> {
  const written = await policies.byVersion(tx, row.againstVersion);
  if (!written) throw new Error(`emergency ${row.id} was written against no policy`);
  const outcome = patchPolicy(written.document, row.patch);
  const signatures = (await store.signaturesOf(tx, row.id)).map(({ memberId, signedAt, entryId }) => {
    return { memberId, signedAt, entryId };
  });
  const vote = row.proposalId === null ? null : await proposals.byId(tx, row.proposalId);
  return {
    ...row,
    diff: outcome.ok ? diffPolicies(written.document, outcome.policy) : [],
    signatures,
    signersNeeded: policy.document.emergencies?.signers ?? 0,
    proposalNumber: vote?.number ?? null,
  };
}
