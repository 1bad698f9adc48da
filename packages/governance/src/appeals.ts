import { checkpointOver, type Entry, type Json, openingOf } from '@uncaged/book';
import { toHex } from '@uncaged/book/rules';
import type { Context, Tx } from '@uncaged/platform';
import { panelOf, verdictOf, wordsHash } from './appeal.ts';
import * as store from './appeals.store.ts';
import type { GovernedContext } from './context.ts';
import { votersNow } from './drafts.ts';
import { at, recordFact } from './facts.ts';
import * as members from './members.store.ts';
import { requirePolicy } from './policies.ts';

type MachineContext = Pick<Context, 'db' | 'clock' | 'ids' | 'secrets'>;
type Refused<Code extends string> = { ok: false; code: Code };

const day = 24 * 3_600_000;
/** Characters of a reason. */
const reasonMax = 2_000;

/** A refusal as whoever was refused got it. */
export interface RefusedWords {
  /** subject of its entry, as `generation:ID` */
  subject: string;
  clause: string;
  policyVersion: number;
  policyHash: string;
  words: string;
}

export type AppealOpened =
  | { ok: true; appealId: string; entry: Entry }
  | Refused<'not_allowed' | 'no_appeals_in_policy' | 'already_appealed'>
  | { ok: false; code: 'reason_length'; min: number; max: number };

/**
 * Asks for a panel to judge a refusal. The words that were refused are shown to the panel, and to nobody else. Errors
 * in this order: `not_allowed` (nobody acts), `no_appeals_in_policy`, `reason_length`, `already_appealed`.
 */
export async function openAppeal(
  ctx: GovernedContext,
  refused: RefusedWords,
  given: string,
): Promise<AppealOpened> {
  const { memberId } = ctx.actor;
  const reason = given.trim();
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const policy = await requirePolicy(tx);
    if (memberId === null) return { ok: false, code: 'not_allowed' };
    if (!policy.document.appeals) return { ok: false, code: 'no_appeals_in_policy' };
    if (reason.length < 1 || reason.length > reasonMax)
      return { ok: false, code: 'reason_length', min: 1, max: reasonMax };
    const { subject, clause, policyVersion, policyHash, words } = refused;
    if (await store.bySubject(tx, subject)) return { ok: false, code: 'already_appealed' };
    const id = ctx.ids.next();
    const entry = await recordFact(tx, ctx, {
      kind: 'appeal.opened',
      actor: memberId,
      subject: `appeal:${id}`,
      payload: { appealId: id, refused: subject, clause, policyHash },
      visibility: 'public',
    });
    await store.insert(tx, {
      ...{ id, subject, memberId, clause, policyVersion, policyHash, words, reason, state: 'opened' },
      wordsHash: wordsHash(memberId, clause, words),
      ...{ openedAt: entry.time, entryId: entry.id, seed: null, panel: null, answersBy: null },
      ...{ decidedAt: null, decidedEntryId: null },
    });
    return { ok: true, appealId: id, entry };
  });
}

export type Judged =
  | { ok: true; entry: Entry }
  | Refused<'unknown_appeal' | 'not_on_panel' | 'appeal_decided'>
  | { ok: false; code: 'reason_length'; min: number; max: number };

/**
 * A panel member says whether the refusal was wrong; they may change it until it is decided. Errors in this order:
 * `unknown_appeal`, `not_on_panel`, `appeal_decided` (or its time is over), `reason_length`.
 */
export async function judgeAppeal(
  ctx: GovernedContext,
  id: string,
  given: { overturn: boolean; reason: string },
): Promise<Judged> {
  const memberId = ctx.actor.memberId ?? '';
  const reason = given.reason.trim();
  return ctx.db.transaction(async (tx) => {
    await members.lockCollective(tx);
    const appeal = await store.lock(tx, id);
    if (!appeal) return { ok: false, code: 'unknown_appeal' };
    if (!appeal.panel?.includes(memberId)) return { ok: false, code: 'not_on_panel' };
    const now = ctx.clock.now();
    if (appeal.state !== 'judging' || (appeal.answersBy && appeal.answersBy <= now))
      return { ok: false, code: 'appeal_decided' };
    if (reason.length < 1 || reason.length > reasonMax)
      return { ok: false, code: 'reason_length', min: 1, max: reasonMax };
    const { overturn } = given;
    const entry = await recordFact(tx, at(ctx, now), {
      kind: 'appeal.judged',
      actor: memberId,
      subject: `appeal:${id}`,
      payload: { appealId: id, memberId, overturn },
      visibility: 'private',
    });
    const row = { appealId: id, memberId, overturn, reason, votedAt: entry.time, entryId: entry.id };
    await store.judge(tx, row);
    return { ok: true, entry };
  });
}

/**
 * Draws the panels of appeals that a checkpoint has closed over, and decides those that a majority has judged or whose
 * time is over. Answers how many steps were taken.
 */
export async function appealsDue(world: MachineContext): Promise<number> {
  let taken = 0;
  for (const { id } of await store.undecided(world.db.read))
    taken += await world.db.transaction(async (tx) => {
      await members.lockCollective(tx);
      const ctx = at(world, world.clock.now());
      const appeal = await store.lock(tx, id);
      if (appeal?.state === 'opened') return draw(tx, ctx, appeal);
      return appeal?.state === 'judging' ? decide(tx, ctx, appeal) : 0;
    });
  return taken;
}

/** Nobody knew when they appealed, and nobody could choose, by which root the panel is drawn. */
async function draw(tx: Tx, ctx: MachineContext, appeal: store.AppealRow): Promise<number> {
  const checkpoint = await checkpointOver(tx, appeal.entryId);
  if (!checkpoint) return 0;
  const { document } = await requirePolicy(tx);
  const candidates = (await votersNow(tx, document)).filter((id) => id !== appeal.memberId);
  const seed = toHex(checkpoint.root);
  const panel = panelOf(appeal.id, candidates, document.appeals?.panelSeats ?? 0, seed);
  const answersBy = new Date(ctx.clock.now().getTime() + (document.appeals?.answerDays ?? 0) * day);
  await recordFact(tx, ctx, {
    kind: 'appeal.drawn',
    actor: null,
    subject: `appeal:${appeal.id}`,
    payload: {
      appealId: appeal.id,
      size: String(checkpoint.size),
      seed,
      candidates,
      panel,
      answersBy: answersBy.toISOString(),
    },
    visibility: 'public',
  });
  await store.update(tx, appeal.id, { state: 'judging', seed, panel, answersBy });
  return 1;
}

async function decide(tx: Tx, ctx: MachineContext, appeal: store.AppealRow): Promise<number> {
  const { id, panel, answersBy } = appeal;
  if (!panel || !answersBy) throw new Error(`appeal ${id} has no panel`);
  const votes = await store.votesOf(tx, id);
  const verdict = verdictOf(panel, votes, answersBy <= ctx.clock.now());
  if (verdict === null) return 0;
  const openings = await openingOf(
    tx,
    votes.map(({ entryId }) => entryId),
  );
  const judgements = votes.map(({ entryId, memberId, overturn }) => {
    const opening = openings.get(entryId);
    if (!opening) throw new Error(`a judgement on appeal ${id} was erased before it was decided`);
    return { entryId, memberId, overturn, salt: opening.salt };
  });
  const entry = await recordFact(tx, ctx, {
    kind: 'appeal.decided',
    actor: null,
    subject: `appeal:${id}`,
    payload: { appealId: id, verdict, judgements } as unknown as Json,
    visibility: 'public',
  });
  await store.update(tx, id, {
    ...{ state: verdict, decidedAt: entry.time, decidedEntryId: entry.id },
    // The panel has seen them; what lifts the refusal is their hash.
    words: null,
  });
  return 1;
}

/** The clauses that appeals have lifted for these words of a member, each with the appeal that did. */
export async function liftedBy(
  tx: Tx,
  asked: { memberId: string; words: string; clauses: readonly string[] },
): Promise<{ clause: string; appealId: string }[]> {
  const hashes = asked.clauses.map((clause) => wordsHash(asked.memberId, clause, asked.words));
  return (await store.overturned(tx, hashes)).map(({ clause, id }) => ({ clause, appealId: id }));
}

/** The same for many words at once: which clauses are lifted for a member's words, by what stands now. */
export async function liftedFor(
  tx: Tx,
): Promise<(asked: { memberId: string; words: string; clauses: readonly string[] }) => string[]> {
  const hashes = new Set(await store.overturnedHashes(tx));
  if (hashes.size === 0) return () => [];
  return ({ memberId, words, clauses }) =>
    clauses.filter((clause) => hashes.has(wordsHash(memberId, clause, words)));
}

/** An appeal as somebody may see it: its words and reasons are for the panel and for whoever appealed. */
export interface Appeal {
  id: string;
  subject: string;
  memberId: string;
  clause: string;
  policyVersion: number;
  policyHash: string;
  openedAt: Date;
  state: store.AppealRow['state'];
  panel: string[] | null;
  answersBy: Date | null;
  decidedAt: Date | null;
  entryId: string;
  decidedEntryId: string | null;
  seed: string | null;
  judged: number;
  overturn: number | null;
  mine: {
    appellant: boolean;
    onPanel: boolean;
    overturn: boolean | null;
    words: string | null;
    reason: string | null;
    /** what the panel said, for whoever appealed, once it is decided */
    answers: { overturn: boolean; reason: string }[];
  } | null;
}

/** All appeals, newest first. `asking` sees what is theirs to see. */
export async function appealsOf(tx: Tx, asking: string | null): Promise<Appeal[]> {
  return Promise.all((await store.all(tx)).map((row) => shown(tx, row, asking)));
}

export async function appealOf(tx: Tx, id: string, asking: string | null): Promise<Appeal | null> {
  const row = await store.byId(tx, id);
  return row && shown(tx, row, asking);
}

/** The appeal against a refusal; null where there is none. */
export async function appealAgainst(tx: Tx, subject: string, asking: string | null): Promise<Appeal | null> {
  const row = await store.bySubject(tx, subject);
  return row && shown(tx, row, asking);
}

async function shown(tx: Tx, row: store.AppealRow, asking: string | null): Promise<Appeal> {
  const votes = await store.votesOf(tx, row.id);
  const { words, reason, wordsHash: _, ...open } = row;
  const decided = row.decidedAt !== null;
  const appellant = asking === row.memberId;
  const onPanel = asking !== null && (row.panel?.includes(asking) ?? false);
  const own = votes.find((vote) => vote.memberId === asking);
  return {
    ...open,
    judged: votes.length,
    overturn: decided ? votes.filter((vote) => vote.overturn).length : null,
    mine:
      appellant || onPanel
        ? {
            appellant,
            onPanel,
            overturn: own?.overturn ?? null,
            words,
            reason,
            answers: decided ? votes.map((vote) => ({ overturn: vote.overturn, reason: vote.reason })) : [],
          }
        : null,
  };
}
