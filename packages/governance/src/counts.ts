import { countOptions, preference } from './methods/count.ts';
import { representedBallots } from './methods/delegation.ts';
import type { Definition, OptionTally } from './methods/types.ts';
import { type OptionVote, statusQuo } from './options.ts';
import type { VoteRule } from './policy.ts';
import { paperElectorate, type SecretBallot } from './secret.ts';
import { type Choice, needed, reaches, type Tally, tallyYesNo, wholeOf } from './tally.ts';

/** Those whose own majority a vote needs beside everybody's, as they stood when it opened. */
export interface Affected {
  roles: readonly string[];
  /** ids, sorted */
  eligible: readonly string[];
}

/** How the affected decided among themselves. In a vote among options, yes is preferring the winner to the status quo. */
export interface AffectedHalf {
  roles: readonly string[];
  eligible: number;
  yes: number;
  no: number;
  abstain: number;
  reached: boolean;
}

interface Beside {
  /** voices that were given through somebody else; absent where there was none */
  represented?: number;
  affected?: AffectedHalf;
}
/** A count as it is stored and shown. */
export type Count = (Tally | OptionTally) & Beside;

/** Whether it counts yes and no, and not options. */
export function isYesNo(count: Count): count is Tally & Beside {
  return 'yes' in count;
}

/** One ballot as it was cast: `choice` in a vote by yes and no, `vote` in one among options. */
export interface CastContent {
  memberId: string;
  choice: Choice | null;
  vote: OptionVote | null;
}

/** All that a count depends on. */
export interface Counting {
  /** null: by yes and no */
  definition: Definition | null;
  /** in the order in which they were cast */
  ballots: readonly CastContent[];
  delegations: readonly { from: string; to: string }[];
  /** the snapshot taken when the vote opened */
  eligible: readonly string[];
  rule: VoteRule;
  affected: Affected | null;
}

/**
 * Counts a secret vote: ballots by the keys of their papers, of whom nobody knows more than how many could vote. Where
 * fewer than `fewest` were cast none is opened, and nothing is decided.
 */
export function countSecret({
  ballots,
  eligible,
  fewest,
  ...counting
}: Pick<Counting, 'definition' | 'rule'> & {
  ballots: readonly Pick<SecretBallot, 'publicKey' | 'choice' | 'vote'>[];
  /** how many could vote */
  eligible: number;
  fewest: number;
}): Counted & { opened: boolean } {
  const opened = ballots.length >= fewest;
  const cast = ballots.map(({ publicKey: memberId, choice, vote }) => ({ memberId, choice, vote }));
  const electorate = paperElectorate(
    cast.map(({ memberId }) => memberId),
    eligible,
  );
  const told = { ...counting, delegations: [], affected: null, eligible: electorate };
  const counted = countVote({ ...told, ballots: opened ? cast : [] });
  if (opened) return { ...counted, opened };
  const words = `fewer than ${fewest} secret ballots, so that none is opened; not passed`;
  const count = { ...counted.count, passed: false, words };
  return { count, outcome: 'lapsed', winners: null, opened };
}

export type Outcome = 'passed' | 'rejected' | 'lapsed';
export interface Counted {
  count: Count;
  outcome: Outcome;
  /** keys of the options that won, the best first; null in a vote by yes and no, and where none did */
  winners: string[] | null;
}

/**
 * Counts a vote: everybody's own ballot, then the voices handed on to somebody who voted, by the rule's method, and the
 * majority of the affected where the rule asks for one. Pure.
 */
export function countVote(counting: Counting): Counted {
  const { definition, eligible, rule } = counting;
  const ballots = representedBallots(counting.delegations, counting.ballots, eligible);
  const own = new Set(counting.ballots.map(({ memberId }) => memberId));
  const represented = ballots.filter(({ memberId }) => !own.has(memberId)).length;
  const tally: Tally | OptionTally = definition
    ? countOptions(definition, ballots.flatMap(voteOf), eligible, rule)
    : tallyYesNo(ballots.flatMap(choiceOf), eligible, rule);
  const half = halfOf(counting, ballots, tally);
  const passed = tally.passed && (half?.reached ?? true);
  const verdict = /; (not )?passed[^;]*$/;
  const words = [
    half ? tally.words.replace(verdict, '') : tally.words,
    ...(represented > 0 ? [`${represented} of these voices given through somebody else`] : []),
    ...(half ? [halfInWords(half, rule), passed ? 'passed' : 'not passed'] : []),
  ].join('; ');
  const beside = { ...(represented > 0 && { represented }), ...(half && { affected: half }) };
  const count = { ...tally, passed, words, ...beside } as Count;
  const outcome = passed ? 'passed' : tally.quorumReached ? 'rejected' : 'lapsed';
  const winners = 'winners' in tally && tally.quorumReached ? [...tally.winners] : null;
  return { count, outcome, winners: winners?.length ? winners : null };
}

/** Whether enough took part as the ballots stand. */
export function quorumReached(counting: Counting): boolean {
  return countVote(counting).count.quorumReached;
}

function voteOf({ memberId, vote }: CastContent) {
  return vote ? [{ memberId, vote }] : [];
}
function choiceOf({ memberId, choice }: CastContent) {
  return choice ? [{ memberId, choice }] : [];
}

/** Null where the rule asks for no second majority, or the vote leaves nothing as it is: an answer, an election. */
function halfOf(
  { rule, affected, definition }: Counting,
  ballots: readonly CastContent[],
  tally: Tally | OptionTally,
): AffectedHalf | null {
  if (!affected || !rule.affected || (definition && !definition.options.includes(statusQuo))) return null;
  const among = new Set(affected.eligible);
  const winner = 'winners' in tally ? (tally.winners[0] ?? statusQuo) : '';
  const sides = ballots
    .filter(({ memberId }) => among.has(memberId))
    .map((ballot) => (definition ? side(definition, ballot.vote, winner) : ballot.choice));
  const of = (choice: Choice) => sides.filter((one) => one === choice).length;
  const [yes, no, abstain] = [of('yes'), of('no'), of('abstain')];
  const eligible = among.size;
  const { threshold } = rule.affected;
  const whole = wholeOf(threshold.of, yes, no, yes + no + abstain, eligible);
  const reached = eligible === 0 || (yes > 0 && reaches(yes, whole, threshold));
  return { roles: affected.roles, eligible, yes, no, abstain, reached };
}

/** Which side a ballot takes between the winner and leaving things as they are. */
function side({ unranked }: Definition, vote: OptionVote | null, winner: string): Choice {
  const wants = vote && !('abstain' in vote) ? preference(vote, winner, statusQuo, unranked) : 0;
  return wants > 0 ? 'yes' : wants < 0 ? 'no' : 'abstain';
}

function halfInWords(half: AffectedHalf, { affected }: VoteRule): string {
  const roles = half.roles.join(' or ');
  if (half.eligible === 0 || !affected)
    return `nobody who may vote holds the role ${roles}: their own majority is waived`;
  const said = `${half.yes} yes, ${half.no} no, ${half.abstain} abstain`;
  return `among the ${half.eligible} with the role ${roles} ${said}, needed ${needed(affected.threshold)}: ${half.reached ? 'reached' : 'not reached'}`;
}
