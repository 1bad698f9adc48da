import { type Entry, type Json, priorEntry } from '@uncaged/book';
import { mayDo } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import { recordInput } from '../book-entry.ts';
import { callsById, lockCall, moveCounters, type StoredCall } from '../calls/calls.store.ts';
import { availableIn } from '../calls/calls.ts';
import { machineKinds, type WorkKind } from '../calls/kinds.ts';
import { reviewDeadline } from '../calls/terms.ts';
import {
  atOneInstant,
  type GovernedContext,
  type IdempotencyConflict,
  type Idempotent,
  memberActing,
} from '../context.ts';
import * as appeals from './appeals.store.ts';
import * as attachments from './attachments.store.ts';
import { commitmentOf } from './commitments.store.ts';
import * as store from './contributions.store.ts';
import { findingCommitment, firstLine } from './finding.ts';
import {
  type GenerationRef,
  plain,
  type Region,
  type Submission,
  type SubmissionRefusal,
  snapshotOf,
  type Tone,
  takeSubmission,
} from './submission.ts';
import { type ContributionView, viewOf } from './view.ts';

/** Pictures that one piece brings at most. */
export const attachmentsLimit = 4;
/** Most pieces a list answers at once. */
const listLimit = 500;

export interface SubmissionGiven extends Idempotent {
  callId: string;
  kind: string;
  text: string;
  atMs?: number | undefined;
  frame?: number | undefined;
  region?: Region | undefined;
  milestone?: string | undefined;
  minutes?: number | undefined;
  units?: number | undefined;
  /** the salt, 32 bytes in hex, that opens an earlier commitment to the first line */
  salt?: string | undefined;
  /** what its author calls it; see `Tone` */
  tone?: Tone | undefined;
  /** the clip it is about */
  generationId?: string | undefined;
  /** the generation as whoever knows generations describes it to this member; null when there is none to see */
  generation: GenerationRef | null;
  /** the model it is about, where it is about no one clip */
  modelId?: string | undefined;
  /** pictures that were kept for it, in this order; at most four */
  attachments?: readonly string[] | undefined;
}

export type SubmitRefusal =
  | SubmissionRefusal
  | IdempotencyConflict
  | { ok: false; code: 'unknown_call' | 'unknown_generation' | 'about_nothing' | 'commitment_unknown' }
  | { ok: false; code: 'attachment_unknown' };

/**
 * Takes a piece of work under a call and sets aside what it and every answer about it will be paid, so that acceptance
 * can always pay. Errors, in the order they are tested: idempotency_conflict, unknown_call, unknown_generation,
 * about_nothing (work on the machine names no clip and no model), those of `takeSubmission`, commitment_unknown (the
 * salt opens nothing that this member committed to in this call), attachment_unknown (not theirs, or handed in
 * already); then nothing is stored.
 */
export async function submit(
  given: GovernedContext,
  piece: SubmissionGiven,
): Promise<{ ok: true; contribution: ContributionView; entry: Entry; replayed: boolean } | SubmitRefusal> {
  const ctx = atOneInstant(given);
  const authorId = memberActing(ctx);
  const { idempotencyKey, callId } = piece;
  const input = inputOf(piece);
  return ctx.db.transaction(async (tx) => {
    const prior = await priorEntry(tx, { idempotencyKey, input });
    if (prior.state === 'conflict') return { ok: false, code: 'idempotency_conflict' };
    if (prior.state === 'replayed') {
      const id = prior.entry.subject.slice('contribution:'.length);
      const contribution = await contributionOf(tx, ctx, id);
      if (!contribution) return { ok: false, code: 'idempotency_conflict' };
      return { ok: true, contribution, entry: prior.entry, replayed: true };
    }
    const call = await lockCall(tx, callId);
    if (!call) return { ok: false, code: 'unknown_call' };
    const about = aboutWhat(piece);
    if (!about.ok) return about;
    const submission = read(piece);
    const taken = takeSubmission(await standing(tx, call), authorId, submission, piece.generation, ctx.now);
    if (!taken.ok) return taken;
    const claim = await claimed(tx, authorId, piece);
    if (claim === 'unknown') return { ok: false, code: 'commitment_unknown' };
    const pictures = await picturesFor(tx, authorId, piece.attachments ?? []);
    if (!pictures) return { ok: false, code: 'attachment_unknown' };
    const { atMs, frame, region } = submission;
    const row = {
      id: ctx.ids.next(),
      callId,
      authorId,
      ...{ kind: taken.kind, ...measures(call, taken.kind, submission) },
      ...about.about,
      body: piece.text.trim(),
      ...{ atMs, frame, region, tone: piece.tone ?? null },
      ...claim,
      amount: taken.amount,
      hold: taken.hold,
      submittedAt: ctx.now,
      reviewBy: reviewDeadline(call.terms, ctx.now),
    };
    const fact = submittedFact(row, call, pictures);
    const entry = await recordInput(tx, ctx, { fact, idempotencyKey, input });
    const stored = await store.insertContribution(tx, { ...row, entryId: entry.id });
    for (const [place, { id }] of pictures.entries())
      await attachments.attach(tx, id, { contributionId: row.id, place });
    await moveCounters(tx, callId, { held: taken.hold });
    const [contribution] = await viewsOf(tx, ctx, [stored]);
    if (!contribution) throw new Error('a contribution was stored and cannot be seen');
    return { ok: true, contribution, entry, replayed: false };
  });
}

/** What makes two uses of a key the same; what older pieces could not say is left out where it is not said. */
function inputOf(piece: SubmissionGiven): { [key: string]: Json } {
  const { callId, generationId, kind, text, atMs = null, frame = null } = piece;
  const input: { [key: string]: Json } = { what: 'contribution', callId, kind, text, atMs, frame };
  if (generationId !== undefined) input.generationId = generationId;
  for (const name of [
    'region',
    'tone',
    'milestone',
    'minutes',
    'units',
    'salt',
    'modelId',
    'attachments',
  ] as const)
    if (piece[name] !== undefined) input[name] = piece[name] as Json;
  return input;
}

function read(piece: SubmissionGiven): Submission {
  const { kind, text, atMs, frame, region, milestone, minutes, units } = piece;
  const said = { atMs, frame, region, milestone, minutes, units };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...plain, ...Object.fromEntries(given), kind, text };
}

type About = Pick<store.NewContribution, 'generationId' | 'generation' | 'modelId'>;

function aboutWhat(
  piece: SubmissionGiven,
): { ok: true; about: About } | { ok: false; code: 'unknown_generation' | 'about_nothing' } {
  const { generationId, generation, modelId } = piece;
  if (generationId === undefined) {
    const needed = (machineKinds as readonly string[]).includes(piece.kind);
    if (modelId === undefined && needed) return { ok: false, code: 'about_nothing' };
    return { ok: true, about: { generationId: null, generation: null, modelId: modelId ?? null } };
  }
  if (!generation || generation.id !== generationId) return { ok: false, code: 'unknown_generation' };
  return {
    ok: true,
    about: { generationId, generation: snapshotOf(generation), modelId: generation.modelId },
  };
}

async function standing(tx: Tx, { row, terms }: StoredCall) {
  const taken = terms.milestones.length > 0 ? await store.milestonesTaken(tx, row.id) : [];
  return { terms, places: { drawn: row.drawn }, available: availableIn(row), taken };
}

/** What of a piece's measures its kind asks for. */
function measures({ terms }: StoredCall, kind: WorkKind, { milestone, minutes, units }: Submission) {
  const pay = terms.rates.find((rate) => rate.kind === kind)?.pay;
  return {
    milestone: kind === 'milestone' ? (milestone ?? '') : '',
    minutes: pay === 'hourly' ? minutes : null,
    units: pay === 'shared' ? units : null,
  };
}

/** The earlier claim that a piece opens. */
async function claimed(
  tx: Tx,
  authorId: string,
  { callId, salt, text }: SubmissionGiven,
): Promise<'unknown' | Pick<store.NewContribution, 'commitmentId' | 'foundAt'>> {
  if (salt === undefined) return { commitmentId: null, foundAt: null };
  const commitment = findingCommitment(authorId, salt.toLowerCase(), firstLine(text));
  const row = await commitmentOf(tx, { callId, memberId: authorId, commitment });
  return row ? { commitmentId: row.id, foundAt: row.committedAt } : 'unknown';
}

/** The pictures that a piece brings, in its order; null where one is not its author's to bring. */
async function picturesFor(
  tx: Tx,
  authorId: string,
  ids: readonly string[],
): Promise<attachments.AttachmentHead[] | null> {
  if (ids.length === 0) return [];
  if (ids.length > attachmentsLimit || new Set(ids).size < ids.length) return null;
  const loose = new Map((await attachments.lockLoose(tx, authorId)).map((one) => [one.id, one]));
  const found = ids.flatMap((id) => loose.get(id) ?? []);
  return found.length === ids.length ? found : null;
}

/** The entry leaves out the prompt: it is its maker’s to have forgotten, and they erase no entry of another’s. */
function submittedFact(
  row: Omit<store.NewContribution, 'entryId'>,
  call: StoredCall,
  pictures: readonly attachments.AttachmentHead[],
) {
  const { prompt: _prompt, ...generation } = row.generation ?? { prompt: '' };
  return {
    kind: 'contribution.submitted',
    actor: row.authorId,
    subject: `contribution:${row.id}`,
    payload: {
      contributionId: row.id,
      callId: row.callId,
      termsHash: call.row.termsHash,
      kind: row.kind,
      text: row.body ?? null,
      atMs: row.atMs ?? null,
      frame: row.frame ?? null,
      generation: row.generation ? generation : null,
      amount: row.amount.toString(),
      currency: call.terms.currency,
      reviewBy: row.reviewBy.toISOString(),
      ...more(row),
      ...(pictures.length > 0 ? { attachments: pictures.map(({ sha256 }) => sha256) } : {}),
    },
    visibility: 'private' as const,
  };
}

/** What only some pieces say. */
function more(row: Omit<store.NewContribution, 'entryId'>): { [key: string]: Json } {
  const said: { [key: string]: Json } = {};
  if (row.tone) said.tone = row.tone;
  if (row.region) said.region = { ...row.region };
  if (row.milestone) said.milestone = row.milestone;
  if (row.minutes != null) said.minutes = row.minutes;
  if (row.units != null) said.units = row.units;
  if (row.commitmentId) said.commitmentId = row.commitmentId;
  if (!row.generation && row.modelId) said.modelId = row.modelId;
  return said;
}

async function viewsOf(
  tx: Tx,
  ctx: GovernedContext & { now: Date },
  found: store.ContributionRow[],
): Promise<ContributionView[]> {
  const ids = found.map((row) => row.id);
  const { memberId, roles } = ctx.actor;
  const viewer = { memberId, mayReview: mayDo(ctx.policy.document, roles, 'review') };
  const reviews = Map.groupBy(await store.reviewsOf(tx, ids), ({ contributionId }) => contributionId);
  const heard = await appeals.byIds(tx, ids);
  const votes = Map.groupBy(await appeals.votesOf(tx, ids), ({ contributionId }) => contributionId);
  const pictures = Map.groupBy(
    await attachments.ofPieces(tx, ids),
    ({ contributionId }) => contributionId ?? '',
  );
  const calls = await callsById(
    tx,
    found.map((row) => row.callId),
  );
  return found.map((row) => {
    const call = calls.get(row.callId);
    if (!call) throw new Error(`contribution ${row.id} belongs to no call`);
    const appeal = heard.get(row.id) ?? null;
    const came = {
      ...{ reviews: reviews.get(row.id) ?? [], appeal, votes: votes.get(row.id) ?? [] },
      pictures: pictures.get(row.id) ?? [],
    };
    return viewOf(row, call.terms, came, viewer, ctx.now);
  });
}

/** One piece as the one who acts may see it, or null. */
export async function contributionOf(
  tx: Tx,
  given: GovernedContext,
  id: string,
): Promise<ContributionView | null> {
  const row = await store.contributionById(tx, id);
  if (!row) return null;
  const [view] = await viewsOf(tx, atOneInstant(given), [row]);
  return view ?? null;
}

/** Pieces by call, by generation, or one's own; newest first, at most 500. */
export async function contributionsOf(
  tx: Tx,
  given: GovernedContext,
  filter: { callId?: string | undefined; generationId?: string | undefined; mine?: boolean | undefined },
): Promise<ContributionView[]> {
  const { callId, generationId } = filter;
  const authorId = filter.mine ? (given.actor.memberId ?? '') : undefined;
  const found = await store.contributionsBy(tx, { callId, generationId, authorId }, listLimit);
  return viewsOf(tx, atOneInstant(given), found);
}

/** What waits for an answer from the one who acts, reviews and appeals, soonest deadline first. */
export async function reviewDesk(tx: Tx, given: GovernedContext): Promise<ContributionView[]> {
  const ctx = atOneInstant(given);
  const found = await store.waitingFor(tx, memberActing(ctx), ctx.now, listLimit);
  return (await viewsOf(tx, ctx, found)).filter((view) => view.mayReview || view.appeal?.mayJudge);
}

/** Whether this member may be asked to judge work on this generation, and so has a reason to see it unpublished. */
export async function isUnderReview(tx: Tx, generationId: string, memberId: string): Promise<boolean> {
  return store.waitsOnGeneration(tx, generationId, memberId);
}

/**
 * Erases the words a member wrote, and their pictures: their reports, the reasons of their reviews and appeals, and
 * their prompts where pieces keep them. What was decided and paid stays, as do the pieces that wait: their reviewers see that the words are
 * gone. The book's private payloads are erased by whoever forgets the member. Answers how many rows were blanked.
 */
export async function eraseWords(tx: Tx, memberId: string): Promise<number> {
  const words = (await store.eraseWords(tx, memberId)) + (await appeals.eraseWords(tx, memberId));
  return words + (await attachments.erase(tx, memberId));
}
