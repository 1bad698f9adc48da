import type { Json } from '@uncaged/book/rules';
import { mayHandIn } from '../calls/joining.ts';
import { isWorkKind, type WorkKind } from '../calls/kinds.ts';
import { amountDue, appealDeadline } from '../calls/terms.ts';
import { appealPanel, appealVerdict, type PanelVerdict } from '../contributions/appeal.ts';
import { decide, type Verdict } from '../contributions/decision.ts';
import { agreedDuplicate, laterAmount } from '../contributions/finding.ts';
import {
  type Fields,
  type Finding,
  fields,
  idOf,
  isFields,
  list,
  moves,
  type OpenCall,
  opens,
  type Piece,
  type ReadEntry,
  type Rule,
  type Seen,
  sameList,
  text,
  wrongSeed,
} from './seen.ts';

function committed({ commitments }: Seen, entry: ReadEntry): Finding {
  const payload = fields(entry);
  const id = idOf(entry);
  if (text(payload, 'commitmentId') !== id || commitments.has(id)) return 'commits to a finding again';
  if (entry.postings.length > 0) return 'moves money';
  commitments.set(id, { callId: text(payload, 'callId'), memberId: entry.actor, at: entry.time });
  return null;
}

function submitted({ pieces }: Seen, entry: ReadEntry): Finding {
  const id = idOf(entry);
  if (pieces.has(id)) return 'submits a piece again';
  if (entry.postings.length > 0) return 'moves money';
  const { actor: authorId, id: submittedEntryId, time: submittedAt, position } = entry;
  pieces.set(id, {
    ...{ id, authorId, submittedEntryId, submittedAt, position, reviews: [], draw: null },
    ...{
      decided: null,
      found: null,
      duplicateOf: null,
      opened: null,
      due: 0n,
      rejection: null,
      appeal: null,
    },
  });
  return null;
}

function reviewersDrawn(seen: Seen, entry: ReadEntry): Finding {
  const piece = seen.pieces.get(idOf(entry));
  if (!piece || piece.decided || piece.draw || piece.reviews.length > 0)
    return 'draws reviewers for a piece that does not wait for any';
  const { id: entryId, commitment } = entry;
  piece.draw = { entryId, commitment, rank: seen.draws, candidates: seen.around?.mayJudge() ?? [] };
  seen.draws += 1;
  return entry.postings.length > 0 ? 'moves money' : null;
}

/** Whether an answer pays whoever gave it the rate of the call whose escrow it is paid from. */
function paidAnswer({ calls }: Seen, entry: ReadEntry): Finding {
  const [escrow] = entry.postings.filter(({ account }) => account.startsWith('escrow:'));
  if (!escrow) return entry.postings.length === 0 ? null : 'moves money that is not the call’s';
  const call = calls.get(escrow.account.slice('escrow:'.length));
  const rate = call?.terms.reviewRate ?? 0n;
  if (!call || !moves(entry, escrow.account, `member:${entry.actor}`, rate, call.terms.currency))
    return 'does not pay its reviewer the rate of the call';
  call.left -= rate;
  return null;
}

function reviewed(seen: Seen, entry: ReadEntry): Finding {
  const piece = seen.pieces.get(idOf(entry));
  if (!piece || piece.decided) return 'reviews a piece that does not wait';
  if (entry.actor === null || entry.actor === piece.authorId) return 'is a review of one’s own work';
  if (piece.reviews.some((review) => review.actor === entry.actor)) return 'is a second review by one member';
  piece.reviews.push(entry);
  return paidAnswer(seen, entry);
}

/** The piece and call that a decision is about; or why it is about none. */
function decidedAbout(
  seen: Seen,
  entry: ReadEntry,
  payload: Fields,
): { piece: Piece; call: OpenCall } | string {
  const id = idOf(entry);
  const piece = seen.pieces.get(id);
  const call = seen.calls.get(text(payload, 'callId'));
  if (!piece || !call) return 'decides about a piece that does not wait';
  const about =
    text(payload, 'contributionId') === id &&
    text(payload, 'memberId') === piece.authorId &&
    text(payload, 'submittedEntryId') === piece.submittedEntryId &&
    text(payload, 'submittedAt') === piece.submittedAt.toISOString();
  return about ? { piece, call } : 'is about another piece than was submitted';
}

function decided(seen: Seen, entry: ReadEntry, state: 'accepted' | 'rejected'): Finding {
  const payload = fields(entry);
  if (payload.by === 'appeal') return heard(seen, entry, 'accepted');
  const about = decidedAbout(seen, entry, payload);
  if (typeof about === 'string') return about;
  const { piece, call } = about;
  if (piece.decided) return 'decides about a piece that does not wait';
  piece.decided = state;
  const { terms } = call;
  const callId = text(payload, 'callId');
  const reviews = openReviews(piece, payload.reviews);
  if (typeof reviews === 'string') return reviews;
  const unpaid = piece.reviews.find(
    (leaf) => !moves(leaf, `escrow:${callId}`, `member:${leaf.actor}`, terms.reviewRate, terms.currency),
  );
  if (unpaid) return `counts review ${unpaid.id}, which this call did not pay`;
  const decidedAt = new Date(text(payload, 'decidedAt'));
  if (!(decidedAt <= entry.time)) return 'was decided after it was written';
  const again = decide(terms, piece.submittedAt, reviews, entry.time);
  const same = again.state === state && again.by === payload.by && again.at.getTime() === decidedAt.getTime();
  if (!same) return `does not follow from its reviews: the rule says ${again.state}`;
  call.decided.push(piece.id);
  return (
    takeFacts(seen, piece, call, payload, decidedAt) ??
    openDraw(seen, piece, call, payload) ??
    paysAsDecided(seen, entry, { piece, call, payload, reviews, state })
  );
}

/** What the decision says of the piece: its kind and measure, and when it was found. */
function takeFacts(seen: Seen, piece: Piece, call: OpenCall, payload: Fields, decidedAt: Date): Finding {
  const kind = text(payload, 'kind');
  const authorId = piece.authorId ?? '';
  if (!isWorkKind(kind)) return 'is of a kind nobody knows';
  if (!mayHandIn(call.terms, call, authorId).ok) return 'is by somebody who may not join its call';
  const { milestone = null, minutes = null, units = null, commitmentId } = payload;
  const due = amountDue(call.terms, {
    kind,
    milestone: typeof milestone === 'string' ? milestone : null,
    minutes: typeof minutes === 'number' ? minutes : null,
  });
  if (due === null) return 'does not pay the nothing of the rate card';
  piece.due = due;
  const claim = typeof commitmentId === 'string' ? seen.commitments.get(commitmentId) : undefined;
  const callId = text(payload, 'callId');
  if (commitmentId !== undefined && (claim?.callId !== callId || claim.memberId !== authorId))
    return 'opens a commitment that its author did not make in this call';
  piece.found = {
    ...{ id: piece.id, callId, kind, authorId, foundAt: claim?.at ?? piece.submittedAt },
    ...{ submittedAt: piece.submittedAt, decidedAt, state: piece.decided ?? 'waiting' },
  };
  if (piece.decided !== 'accepted') return null;
  return tookItsPlace(call, piece, kind, { milestone, units });
}

/** An accepted milestone is paid once; an accepted piece of a shared sum has its weight in it. */
function tookItsPlace(
  call: OpenCall,
  piece: Piece,
  kind: WorkKind,
  { milestone, units }: { milestone: Json; units: Json },
): Finding {
  if (kind === 'milestone') {
    if (call.milestones.has(String(milestone))) return 'pays a milestone twice';
    call.milestones.add(String(milestone));
  }
  const shared = call.terms.rates.find((rate) => rate.kind === kind)?.pay === 'shared';
  if (shared !== (typeof units === 'number'))
    return 'has a weight where no sum is shared, or none where one is';
  if (typeof units === 'number')
    call.shared.push({ contributionId: piece.id, memberId: piece.authorId ?? '', kind, units });
  return null;
}

/** The draw of its reviewers, opened; or why it cannot be believed. */
function openDraw({ around }: Seen, piece: Piece, { terms }: OpenCall, payload: Fields): Finding {
  const { draw } = piece;
  const { drawn } = payload;
  if (terms.reviewerSeats === null || !draw)
    return drawn !== undefined || (terms.reviewerSeats !== null && piece.reviews.length > 0)
      ? 'has reviewers whom nobody drew'
      : null;
  if (!isFields(drawn) || drawn.entryId !== draw.entryId) return 'does not open who was drawn to review it';
  const { said, salt } = drawn;
  // A draw that was erased before the decision has to be believed.
  if (said === null) return null;
  if (!isFields(said) || typeof salt !== 'string' || !opens(draw.commitment, salt, said))
    return 'opens another draw than was made';
  const panel = list(said, 'panel').map(String);
  if (piece.reviews.some(({ actor }) => !panel.includes(actor ?? '')))
    return 'was reviewed by somebody who was not drawn';
  piece.opened = { panel, size: text(said, 'size'), seed: text(said, 'seed') };
  return wrongSeed(around, piece.position, piece.opened);
}

interface Deciding {
  piece: Piece;
  call: OpenCall;
  payload: Fields;
  reviews: readonly OpenedReview[];
  state: 'accepted' | 'rejected';
}

function paysAsDecided(seen: Seen, entry: ReadEntry, deciding: Deciding): Finding {
  const { piece, call, payload, reviews, state } = deciding;
  const { terms } = call;
  const accepting = reviews.filter(({ verdict }) => verdict === 'accept');
  const agreed =
    state === 'accepted' && payload.by === 'reviews' && terms.laterShare ? agreedDuplicate(accepting) : null;
  const first = agreed === null ? undefined : seen.pieces.get(agreed);
  const duplicateOf = first && first.decided !== 'rejected' ? agreed : null;
  if ((payload.duplicateOf ?? null) !== duplicateOf)
    return 'names another first finding than its reviewers agree on';
  piece.duplicateOf = duplicateOf;
  const whole = duplicateOf === null ? piece.due : laterAmount(piece.due, terms.laterShare);
  const due = state === 'accepted' ? whole : 0n;
  if (state === 'rejected') piece.rejection = { entryId: entry.id, at: new Date(text(payload, 'decidedAt')) };
  return pays(entry, piece, call, payload, due);
}

function pays(entry: ReadEntry, piece: Piece, call: OpenCall, payload: Fields, due: bigint): Finding {
  const escrow = `escrow:${text(payload, 'callId')}`;
  const paid =
    text(payload, 'amount') === due.toString() &&
    moves(entry, escrow, `member:${piece.authorId}`, due, call.terms.currency);
  if (!paid) return `does not pay the ${due} of the rate card`;
  call.left -= due;
  return call.left < 0n ? 'pays more than the call has' : null;
}

interface OpenedReview {
  reviewerId: string;
  verdict: Verdict;
  duplicateOf: string | null;
  at: Date;
}

/** The verdicts, each opened against the commitment in its own leaf; or why they cannot be believed. */
function openReviews(piece: Piece, listed: Json | undefined): OpenedReview[] | string {
  if (!Array.isArray(listed) || listed.length !== piece.reviews.length) return 'does not list its reviews';
  const opened: OpenedReview[] = [];
  // Two reviews given at once may stand in the log in either order; what is listed is the same.
  for (const leaf of piece.reviews) {
    const named = (listed as Fields[]).find(({ entryId }) => entryId === leaf.id);
    const { reviewerId, verdict, reasonHash, salt, duplicateOf } = named ?? {};
    if (reviewerId !== leaf.actor || typeof reviewerId !== 'string')
      return 'lists other reviews than were given';
    if (verdict !== 'accept' && verdict !== 'reject') return 'lists a verdict that is none';
    const later: Fields = duplicateOf === undefined ? {} : { duplicateOf };
    const payload: Fields = { contributionId: piece.id, verdict, reasonHash: reasonHash ?? null, ...later };
    // A review erased before the decision has no salt left: its verdict has to be believed.
    if (typeof salt === 'string' && !opens(leaf.commitment, salt, payload))
      return `lists another verdict than review ${leaf.id} committed to`;
    const first = typeof duplicateOf === 'string' ? duplicateOf : null;
    opened.push({ reviewerId, verdict, duplicateOf: first, at: leaf.time });
  }
  return opened;
}

function appealed({ pieces, calls }: Seen, entry: ReadEntry): Finding {
  const piece = pieces.get(idOf(entry));
  const payload = fields(entry);
  const terms = calls.get(text(payload, 'callId'))?.terms;
  const { rejection } = piece ?? {};
  if (
    !piece ||
    !terms ||
    !rejection ||
    piece.appeal ||
    text(payload, 'rejectedEntryId') !== rejection.entryId
  )
    return 'appeals against no rejection';
  if (entry.actor === null || entry.actor !== piece.authorId) return 'is an appeal by somebody else';
  const until = appealDeadline(terms, rejection.at);
  if (!until || entry.time >= until) return 'is an appeal that comes too late';
  piece.appeal = { position: entry.position, panel: null, answersBy: null, judgements: [], decided: false };
  return entry.postings.length > 0 ? 'moves money' : null;
}

const day = 86_400_000;

function panelDrawn(seen: Seen, entry: ReadEntry): Finding {
  const piece = seen.pieces.get(idOf(entry));
  const appeal = piece?.appeal;
  const payload = fields(entry);
  const call = piece?.found && seen.calls.get(piece.found.callId);
  const rule = call?.terms.appeal;
  if (!piece || !appeal || appeal.panel || !rule) return 'draws a panel that nobody asked for';
  const seed = text(payload, 'seed');
  const judged = new Set([piece.authorId, ...piece.reviews.map(({ actor }) => actor)]);
  const said = list(payload, 'panel').map(String);
  if (seen.around) {
    const candidates = seen.around.mayJudge().filter((id) => !judged.has(id));
    if (!sameList(said, appealPanel(piece.id, candidates, rule.seats, seed)))
      return 'draws another panel than its seed does';
  }
  const answersBy = new Date(entry.time.getTime() + rule.days * day);
  if (text(payload, 'answersBy') !== answersBy.toISOString())
    return 'gives its panel another time than the call says';
  appeal.panel = said;
  appeal.answersBy = answersBy;
  if (entry.postings.length > 0) return 'moves money';
  return wrongSeed(seen.around, appeal.position, { size: text(payload, 'size'), seed });
}

function judged(seen: Seen, entry: ReadEntry): Finding {
  const appeal = seen.pieces.get(idOf(entry))?.appeal;
  if (!appeal?.answersBy || appeal.decided || entry.time >= appeal.answersBy)
    return 'judges an appeal that is not open';
  if (entry.actor === null || !appeal.panel?.includes(entry.actor))
    return 'judges without being on the panel';
  if (appeal.judgements.some(({ actor }) => actor === entry.actor)) return 'judges twice';
  appeal.judgements.push(entry);
  return paidAnswer(seen, entry);
}

function heard(seen: Seen, entry: ReadEntry, state: 'accepted' | 'rejected'): Finding {
  const payload = fields(entry);
  const about = decidedAbout(seen, entry, payload);
  if (typeof about === 'string') return about;
  const { piece, call } = about;
  const { appeal, rejection, found } = piece;
  if (!appeal?.panel || !appeal.answersBy || appeal.decided || !found || !rejection)
    return 'decides about a piece that does not wait';
  appeal.decided = true;
  if (text(payload, 'rejectedEntryId') !== rejection.entryId) return 'is about another rejection';
  const given = openJudgements(piece.id, appeal.judgements, payload.judgements);
  if (typeof given === 'string') return given;
  const verdict = appealVerdict(appeal.panel, given, appeal.answersBy <= entry.time);
  if (verdict !== state) return `does not follow from its panel, which says ${verdict ?? 'nothing yet'}`;
  if (text(payload, 'kind') !== found.kind) return 'is about work of another kind';
  if (state === 'rejected') return pays(entry, piece, call, payload, 0n);
  piece.decided = 'accepted';
  found.state = 'accepted';
  const { milestone = null, units = null } = payload;
  return (
    tookItsPlace(call, piece, found.kind, { milestone, units }) ??
    pays(entry, piece, call, payload, piece.due)
  );
}

function openJudgements(
  contributionId: string,
  leaves: readonly ReadEntry[],
  listed: Json | undefined,
): PanelVerdict[] | string {
  if (!Array.isArray(listed) || listed.length !== leaves.length) return 'does not list its judgements';
  const given: PanelVerdict[] = [];
  for (const leaf of leaves) {
    const named = (listed as Fields[]).find(({ entryId }) => entryId === leaf.id);
    const { memberId, verdict, salt } = named ?? {};
    if (memberId !== leaf.actor || typeof memberId !== 'string')
      return 'lists other judgements than were given';
    if (verdict !== 'accept' && verdict !== 'reject') return 'lists a verdict that is none';
    if (typeof salt === 'string' && !opens(leaf.commitment, salt, { contributionId, verdict }))
      return `lists another verdict than judgement ${leaf.id} committed to`;
    given.push({ memberId, verdict });
  }
  return given;
}

export const pieceRules: Readonly<Record<string, Rule>> = {
  'finding.committed': committed,
  'contribution.submitted': submitted,
  'contribution.assigned': reviewersDrawn,
  'contribution.reviewed': reviewed,
  'contribution.accepted': (seen, entry) => decided(seen, entry, 'accepted'),
  'contribution.rejected': (seen, entry) => decided(seen, entry, 'rejected'),
  'contribution.appealed': appealed,
  'contribution.panel-drawn': panelDrawn,
  'contribution.judged': judged,
  'contribution.appeal-rejected': (seen, entry) => heard(seen, entry, 'rejected'),
};
