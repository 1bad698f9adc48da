import { type ArchivedEntry, fromHex, type Json } from '@uncaged/book/rules';
import {
  type Affected,
  ballotFlaw,
  type CastContent,
  type Counted,
  checkVote,
  countSecret,
  countVote,
  type Definition,
  definitionOf,
  isSecret,
  lateClose,
  type Outcome,
  optionsMissing,
  type Policy,
  type PolicyPatch,
  type ProposalKind,
  papersUntil,
  patchForKind,
  type SecretBallot,
  type Terms,
  type VoteRule,
  voteRuleOf,
  votingWindow,
} from '@uncaged/governance/rules';
import { isFields, opens } from '../entries.ts';
import type { Delegations } from './delegations.ts';
import type { Elected, Members } from './members.ts';
import { sameJson } from './policies.ts';
import { listedOptions, type Proposals, type Proposed, patchOf, standingOptions } from './proposals.ts';
import { idOf, list, type Payload, type Replay, text, type Wrong, wrong } from './replay.ts';

/** A vote from its opening on. */
export interface Vote {
  readonly kind: ProposalKind;
  readonly title: string;
  readonly against: string;
  readonly terms: Terms;
  readonly rule: VoteRule;
  readonly eligible: readonly string[];
  readonly affected: Affected | null;
  /** What the count is told besides the ballots; null for yes and no. */
  readonly definition: Definition | null;
  readonly proposed: Proposed;
  /** Of a secret vote: the key that signed its papers, until when, and who got one. */
  readonly papers: Papers | null;
  closesAt: Date;
  extended: boolean;
  /** The last ballot of each member in the book. */
  readonly cast: Map<string, { entryId: string; commitment: Uint8Array }>;
  outcome: Outcome | null;
  /** Keys of the options that won, the best first. */
  winners: readonly string[];
  /** The count in one sentence. */
  words: string | null;
  /** What became of it after it passed. */
  became: 'canary' | 'enacted' | 'reverted' | 'clash' | 'vetoed' | null;
}

interface Papers {
  readonly modulus: string;
  readonly until: Date;
  /** With fewer ballots than this none is opened. */
  readonly fewest: number;
  readonly given: Set<string>;
}

/** What a vote is held against. */
export interface InForce {
  readonly members: Pick<Members, 'allowed' | 'eligible' | 'holding'>;
  readonly delegations: Pick<Delegations, 'of'>;
  current(): Policy | null;
  document(hash: string): Policy | null;
  /** Whether the machine may propose this by itself: after a clash, after an emergency. */
  mayOpenByItself(terms: Terms): boolean;
}

/** The patch that a passed vote puts in force. */
export function patchVoted(vote: Vote): PolicyPatch | null {
  const [winner] = vote.winners;
  return vote.definition
    ? patchOf(vote.proposed, winner ?? '')
    : (vote.proposed.patch as unknown as PolicyPatch);
}

/**
 * Every vote from its opening: what is voted on is what was proposed with its amendments, the rule is the one in force,
 * whoever may vote is eligible, the window is the rule's; ballots are those of the members who were eligible, each opens
 * the commitment it was cast under, none is left out, and the rule counts them to what was announced.
 */
export class Votes implements Replay {
  readonly kinds: readonly string[];
  readonly votes = new Map<string, Vote>();
  readonly #inForce: InForce;
  readonly #proposals: Proposals;

  constructor(inForce: InForce, proposals: Proposals) {
    this.#inForce = inForce;
    this.#proposals = proposals;
    this.kinds = [
      ...proposals.kinds,
      'proposal.opened',
      'ballot.cast',
      'ballot.issued',
      'proposal.extended',
      'proposal.closed',
      'proposal.vetoed',
      'proposal.clashed',
    ];
  }

  /** Who this election gave a role to; null where it is none, or did not pass. */
  elected(proposalId: string): Elected | null {
    const vote = this.votes.get(proposalId);
    if (vote?.kind !== 'election' || vote.outcome !== 'passed') return null;
    const memberIds = vote.winners.map((key) => vote.proposed.options.get(key)?.memberId ?? '');
    return { role: vote.terms.role ?? '', memberIds };
  }

  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null {
    const id = idOf(entry);
    const vote = this.votes.get(id);
    if (entry.kind === 'ballot.cast') return this.#cast(entry, vote);
    if (!payload) return wrong('broken_vote', 'does not show what was proposed, or how it was voted on');
    if (text(payload, 'proposalId') !== id)
      return wrong('broken_vote', 'is about another proposal than it says');
    if (this.#proposals.kinds.includes(entry.kind)) return this.#proposals.step(entry, payload);
    if (entry.kind === 'proposal.opened')
      return vote ? wrong('broken_vote', 'opens a vote a second time') : this.#open(entry, id, payload);
    if (!vote) return wrong('broken_vote', 'is about a vote that never opened');
    if (entry.kind === 'ballot.issued') return this.#issue(entry, vote, payload);
    if (entry.kind === 'proposal.extended') return this.#extend(entry, vote, payload);
    if (entry.kind === 'proposal.closed') return this.#close(entry, vote, id, payload);
    const open = vote.became === null || vote.became === 'canary';
    if (vote.outcome !== 'passed' || !open)
      return wrong('broken_vote', 'says what became of a vote that did not pass, or that was settled before');
    vote.became = entry.kind === 'proposal.vetoed' ? 'vetoed' : 'clash';
    return null;
  }

  #open(entry: ArchivedEntry, id: string, payload: Payload): Wrong | null {
    const proposed = this.#proposals.get(id);
    const policy = this.#inForce.current();
    if (!proposed || proposed.frozen || proposed.author !== entry.actor)
      return wrong('broken_vote', 'opens a vote that its author never proposed');
    const written = this.#inForce.document(proposed.against);
    const rule = policy && voteRuleOf(policy, proposed.kind);
    if (!policy || !written || !rule)
      return wrong('broken_vote', 'is a vote under no policy that was enacted');
    const eligible = list(payload, 'eligible').map(String);
    const standing = standingOptions(proposed, eligible);
    const { kind, title, against, terms } = proposed;
    const vote: Vote = {
      kind,
      title,
      against,
      terms,
      rule,
      eligible,
      affected: affectedOf(rule, eligible, this.#inForce.members),
      definition: definitionOf(
        kind,
        rule,
        terms,
        standing.map(({ key }) => key),
      ),
      proposed,
      papers: papersOf(payload, entry.time, rule, terms),
      closesAt: new Date(text(payload, 'closesAt')),
      extended: false,
      cast: new Map(),
      outcome: null,
      winners: [],
      words: null,
      became: null,
    };
    const unlawful =
      this.#otherThanProposed(vote, payload) ??
      (patchForKind(kind, written, proposed.patch as unknown as PolicyPatch).ok
        ? null
        : 'changes what a proposal of its kind may not change') ??
      (optionsMissing(kind, proposed.options.size, standing.length) ? 'has too few options' : null) ??
      this.#otherThanRuled(entry, vote, policy, payload);
    if (unlawful) return wrong('broken_vote', unlawful);
    proposed.frozen = true;
    this.votes.set(id, vote);
    return null;
  }

  /** Why this is not the text that was proposed; null when it is. */
  #otherThanProposed({ proposed, definition, eligible }: Vote, payload: Payload): string | null {
    const { kind, title, patch, against, terms } = proposed;
    const same = Object.entries({ kind, title, patch, against }).every(([field, value]) =>
      sameJson(value, payload[field] ?? null),
    );
    if (!same || !sameJson(terms, payload.terms ?? {}))
      return 'puts something else to the vote than was proposed';
    const standing = standingOptions(proposed, eligible);
    const listed = definition ? listedOptions(proposed, standing) : null;
    return sameJson(listed, payload.options ?? null) ? null : 'lists other options than those that stand';
  }

  /** Why this vote may not open so under the policy in force; null when it may. */
  #otherThanRuled(entry: ArchivedEntry, vote: Vote, policy: Policy, payload: Payload): string | null {
    const { rule, definition, affected } = vote;
    if (!sameJson(rule, payload.rule)) return 'has another rule than the policy in force';
    const counted: Record<string, unknown> = { ...definition, options: undefined };
    if (definition) counted.tie = rule.options?.tie;
    for (const field of ['method', 'unranked', 'seats', 'scoreMax', 'total', 'tie'])
      if (!sameJson(counted[field] ?? null, payload[field] ?? null))
        return `is counted in another way (${field}) than its rule says`;
    const recused = payload.recused === undefined ? [] : list(payload, 'recused').map(String);
    const papers = isFields(payload.papers) ? payload.papers : null;
    if ((vote.papers === null) !== !isSecret(rule, vote.terms) || (papers && !vote.papers))
      return 'is secret, or open, otherwise than its rule and its author say';
    if (vote.papers && vote.papers.fewest !== policy.privacy.minGroupSize)
      return 'opens its ballots from another number on than the policy says';
    const voters = [...vote.eligible, ...recused].sort();
    if (!sameJson(voters, this.#inForce.members.eligible(policy)))
      return 'lets others vote than the policy in force does';
    if (!sameJson(affected, payload.affected ?? null))
      return 'names others as affected than the policy in force does';
    const window = votingWindow(rule, entry.time);
    const onTime =
      text(payload, 'opensAt') === window.opensAt.toISOString() &&
      text(payload, 'closesAt') === window.closesAt.toISOString();
    return onTime ? null : 'is open for another time than its rule says';
  }

  #cast(entry: ArchivedEntry, vote: Vote | undefined): Wrong | null {
    if (!vote) return wrong('broken_vote', 'is a ballot before the vote opened');
    if (vote.papers) return wrong('broken_vote', 'is a ballot with a name on it in a secret vote');
    if (vote.outcome !== null || entry.time >= vote.closesAt)
      return wrong('broken_vote', 'is a ballot after the close');
    if (entry.actor === null || !vote.eligible.includes(entry.actor)) {
      return wrong('broken_vote', 'is a ballot of somebody who was not eligible');
    }
    vote.cast.set(entry.actor, { entryId: entry.id, commitment: entry.commitment });
    return null;
  }

  #issue(entry: ArchivedEntry, vote: Vote, payload: Payload): Wrong | null {
    const { papers } = vote;
    const memberId = entry.actor ?? '';
    if (!papers || vote.outcome !== null || entry.time >= papers.until)
      return wrong('broken_vote', 'is a paper for a vote that gives out none, or none any more');
    if (!vote.eligible.includes(memberId) || text(payload, 'memberId') !== memberId)
      return wrong('broken_vote', 'is a paper for somebody who was not eligible');
    if (papers.given.has(memberId)) return wrong('broken_vote', 'is a second paper for the same member');
    papers.given.add(memberId);
    return null;
  }

  #extend(entry: ArchivedEntry, vote: Vote, payload: Payload): Wrong | null {
    const closesAt = lateClose(vote.rule, vote.closesAt, entry.time);
    if (vote.outcome !== null || vote.extended || text(payload, 'closesAt') !== closesAt?.toISOString())
      return wrong('broken_vote', 'moves the close of a vote as its rule does not say');
    vote.closesAt = closesAt;
    vote.extended = true;
    return null;
  }

  #close(entry: ArchivedEntry, vote: Vote, proposalId: string, payload: Payload): Wrong | null {
    if (vote.outcome !== null) return wrong('broken_vote', 'counts a vote a second time');
    if (entry.time < vote.closesAt) return wrong('broken_vote', 'counts the vote before its close');
    const counted = vote.papers
      ? countPapers(vote, vote.papers, proposalId, payload)
      : this.#countNamed(vote, proposalId, payload);
    if (typeof counted === 'string') return wrong('broken_vote', counted);
    const { count, outcome, winners } = counted;
    const { definition } = vote;
    if (!sameJson(count, payload.tally)) return wrong('broken_vote', `counts again to: ${count.words}`);
    if (payload.outcome !== outcome)
      return wrong('broken_vote', `is ${String(payload.outcome)}, but the count says ${outcome}`);
    const said = payload.winners ?? (payload.winner === undefined ? null : [payload.winner]);
    const several = definition?.method === 'stv' || definition?.method === 'budget';
    const won = several ? winners : (winners?.slice(0, 1) ?? null);
    if (!sameJson(won, said)) return wrong('broken_vote', 'names another winner than the count does');
    vote.outcome = outcome;
    vote.winners = winners ?? [];
    vote.words = count.words;
    return null;
  }

  /** What ballots with names on them come to; or why they are none. */
  #countNamed(vote: Vote, proposalId: string, payload: Payload): Counted | string {
    const ballots: CastContent[] = [];
    for (const json of list(payload, 'ballots')) {
      const ballot = castAs(vote, proposalId, json);
      if (typeof ballot === 'string') return ballot;
      ballots.push(ballot);
    }
    const voters = new Set(ballots.map(({ memberId }) => memberId));
    const missing = [...vote.cast.keys()].find((memberId) => !voters.has(memberId));
    if (missing || voters.size < ballots.length) {
      return missing ? `leaves out the ballot of ${missing}` : 'counts a ballot twice';
    }
    const followed = payload.delegations === undefined ? [] : list(payload, 'delegations');
    const delegations: { from: string; to: string }[] = [];
    for (const json of followed) {
      const delegation = this.#delegated(vote, json);
      if (typeof delegation === 'string') return delegation;
      delegations.push(delegation);
    }
    const { definition, eligible, rule, affected } = vote;
    return countVote({
      definition,
      ballots,
      delegations,
      eligible,
      rule,
      affected,
    });
  }

  /** A delegation that a count followed, opened; or why it may not be followed. */
  #delegated(vote: Vote, json: Json): { from: string; to: string } | string {
    if (!isFields(json)) return 'follows a delegation that is none';
    const [from, to] = [String(json.from), String(json.to)];
    const salt = typeof json.salt === 'string' ? fromHex(json.salt) : null;
    if (!vote.eligible.includes(from) || !vote.eligible.includes(to) || vote.cast.has(from))
      return `follows a delegation of ${from}, who voted or may not vote`;
    const topic = String(json.topic);
    if (!this.#inForce.delegations.of(String(json.entryId), { from, to, topic, salt }))
      return `follows another delegation than ${from} gave`;
    return { from, to };
  }
}

/** The papers that a vote says it gives out; null where it gives out none that can be checked. */
function papersOf(payload: Payload, opensAt: Date, rule: VoteRule, terms: Terms): Papers | null {
  const said = isFields(payload.papers) ? payload.papers : null;
  if (!said || !isSecret(rule, terms)) return null;
  const { modulus, fewest } = said;
  const until = papersUntil(opensAt, new Date(text(payload, 'closesAt')));
  if (typeof modulus !== 'string' || typeof fewest !== 'number') return null;
  return said.papersUntil === until.toISOString() ? { modulus, until, fewest, given: new Set() } : null;
}

/** What ballots on papers come to; or why they are none. */
function countPapers(vote: Vote, papers: Papers, proposalId: string, payload: Payload): Counted | string {
  const { definition, rule, eligible } = vote;
  const { modulus, fewest, given } = papers;
  const ballots = list(payload, 'secretBallots') as unknown as SecretBallot[];
  if (new Set(ballots.map(({ publicKey }) => publicKey)).size < ballots.length) return 'counts a paper twice';
  if (ballots.length > given.size) return 'counts more ballots than papers were given out';
  if (ballots.length > 0 && ballots.length < fewest)
    return 'opens so few ballots that they point at somebody';
  for (const ballot of ballots) {
    const flaw = ballotFlaw(modulus, proposalId, ballot);
    if (flaw === 'token_invalid') return `counts a ballot on no paper of this vote (${ballot.publicKey})`;
    if (flaw) return `counts a ballot that is not signed by whoever holds its paper (${ballot.publicKey})`;
    if (definition ? !ballot.vote || !checkVote(definition, ballot.vote).ok : !ballot.choice)
      return 'counts a ballot that this vote cannot count';
  }
  return countSecret({ definition, rule, ballots, eligible: eligible.length, fewest });
}

/** Those whose own majority a rule asks for, among the eligible. */
function affectedOf(
  rule: VoteRule,
  eligible: readonly string[],
  members: Pick<Members, 'holding'>,
): Affected | null {
  const roles = rule.affected?.roles;
  if (!roles) return null;
  return { roles, eligible: members.holding(roles).filter((id) => eligible.includes(id)) };
}

/** A counted ballot as it was cast; or why it is none. */
function castAs(vote: Vote, proposalId: string, json: Json): CastContent | string {
  if (!isFields(json)) return 'holds a ballot that is none';
  const { memberId, salt } = json;
  const content: Record<string, Json> =
    json.vote === undefined ? { choice: json.choice ?? '' } : { vote: json.vote };
  const cast = vote.cast.get(String(memberId));
  const salted = typeof salt === 'string' ? fromHex(salt) : null;
  if (!cast || cast.entryId !== json.entryId)
    return `counts a ballot that is not the last of ${String(memberId)}`;
  if (!salted || !opens(cast.commitment, { proposalId, memberId: memberId ?? '', ...content }, salted))
    return `counts another choice than ${String(memberId)} cast`;
  return { memberId: String(memberId), choice: null, vote: null, ...content } as CastContent;
}
