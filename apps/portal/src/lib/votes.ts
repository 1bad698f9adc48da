/** What a form of a ballot says, as a vote; and a vote in words. */
import type { ProposalDetail, Vote, VoteMethod } from '@uncaged/contract';

/** One form's fields: the first value of a name, and all of them. */
export interface Fields {
  text(name: string): string;
  all(name: string): string[];
}

/** `place` counts from 1; 0 is unranked. Options of one place share a group; gaps close. */
export function rankingOf(places: Record<string, number>): string[][] {
  const found = Object.values(places).filter((place) => place > 0);
  return [...new Set(found)]
    .sort((a, b) => a - b)
    .map((place) => Object.keys(places).filter((key) => places[key] === place));
}

/** The place of each option in a ranking; 0 where it is left out. */
export function placesOf(keys: readonly string[], ranking: readonly string[][]): Record<string, number> {
  return Object.fromEntries(keys.map((key) => [key, ranking.findIndex((group) => group.includes(key)) + 1]));
}

/** A tap: an unranked option goes last, a ranked one is taken out and those behind it move up. */
export function tapped(ranking: readonly string[][], key: string): string[][] {
  const without = taken(ranking, key);
  return ranking.some((group) => group.includes(key)) ? without : [...without, [key]];
}

/** A drag: the option goes alone to the place where another stands, which moves back. */
export function dropped(ranking: readonly string[][], key: string, onto: string): string[][] {
  if (key === onto) return [...ranking];
  const without = taken(ranking, key);
  const place = without.findIndex((group) => group.includes(onto));
  return place < 0 ? [...without, [key]] : [...without.slice(0, place), [key], ...without.slice(place)];
}

function taken(ranking: readonly string[][], key: string): string[][] {
  return ranking.map((group) => group.filter((one) => one !== key)).filter((group) => group.length > 0);
}

const figures = (keys: readonly string[], fields: Fields, name: string): Record<string, number> =>
  Object.fromEntries(
    keys.map((key): [string, number] => [key, Number(fields.text(`${name}:${key}`) || '0')]),
  );

/** The vote that a form states. What makes no sense goes to the api as it is, which says what is wrong. */
export function voteOf(method: VoteMethod, keys: readonly string[], fields: Fields): Vote {
  if (fields.text('abstain') !== '') return { abstain: true };
  if (method === 'approval') return { approve: fields.all('approve') };
  if (method === 'score') return { scores: figures(keys, fields, 'score') };
  if (method === 'budget') return { amounts: figures(keys, fields, 'amount') };
  return { ranking: rankingOf(figures(keys, fields, 'place')) };
}

/** "the bell > the lamp = the door": as one reads it aloud. */
export function voteText(vote: Vote, title: (key: string) => string): string {
  if ('abstain' in vote) return 'abstained';
  if ('approve' in vote) return vote.approve.map(title).join(', ') || 'none of them';
  if ('ranking' in vote)
    return vote.ranking.map((group) => group.map(title).join(' = ')).join(' > ') || 'none of them';
  const given = 'scores' in vote ? vote.scores : vote.amounts;
  return Object.entries(given)
    .map(([key, figure]) => `${title(key)} ${figure}`)
    .join(', ');
}

function fileVote(vote: Vote): string {
  if ('abstain' in vote) return 'abstain';
  if ('approve' in vote) return vote.approve.join(',') || 'abstain';
  if ('ranking' in vote) return vote.ranking.map((group) => group.join('=')).join('>') || 'abstain';
  const given = 'scores' in vote ? vote.scores : vote.amounts;
  return Object.entries(given)
    .map(([key, figure]) => `${key}=${figure}`)
    .join(',');
}

type Counted = Pick<
  ProposalDetail,
  'number' | 'method' | 'ballots' | 'ballotOptions' | 'delegations' | 'definition'
>;

/** How many voices a ballot speaks with: its own, and those handed on to its member, through others too. */
export function voicesOf(memberId: string, delegations: Counted['delegations']): number {
  return delegations
    .filter(({ to }) => to.id === memberId)
    .reduce((sum, { from }) => sum + voicesOf(from.id, delegations), 1);
}

/** What the count says of two options, as far as it goes. */
interface Pairs {
  options?: string[];
  pairwise?: number[][];
  strengths?: number[][];
  againstStatusQuo?: { option: string; reached: boolean }[];
}

/** Why a count in pairs puts `first` before `other`, in the order in which the count itself decides. */
export function whyBefore(
  { options = [], pairwise, strengths, ...detail }: Pairs,
  first: string,
  other: string,
) {
  const [a, b] = [options.indexOf(first), options.indexOf(other)];
  const between = (matrix: number[][] | undefined) => [matrix?.[a]?.[b] ?? 0, matrix?.[b]?.[a] ?? 0] as const;
  const [above, below] = between(pairwise);
  const [there, back] = between(strengths);
  const struck =
    detail.againstStatusQuo?.some(({ option, reached }) => option === other && !reached) ?? false;
  if (struck)
    return {
      above,
      below,
      why: 'The other is struck: it did not beat leaving things as they are by the threshold.',
    };
  if (there === back)
    return { above, below, why: 'No path sets them apart, so the one put forward earlier wins.' };
  if (above > below) return { above, below, why: 'It wins the duel.' };
  return {
    above,
    below,
    why: `It wins by a chain of duels as strong as ${there}; the chain back is ${back}.`,
  };
}

/** Where a browser keeps the paper of a secret vote. */
export const paperDrawer = (proposalId: string): string => `paper:${proposalId}`;

const oneLine = (words: string): string => words.replace(/\s+/g, ' ');

/** The opened ballots as a file that the command `tally` counts again. */
export function tallyFile(proposal: Counted): string {
  const { method, definition } = proposal;
  const how = [
    `--method ${method}`,
    ...(definition?.seats ? [`--seats ${definition.seats}`] : []),
    ...(definition ? [`--unranked ${definition.unranked}`] : []),
  ];
  const noTick = proposal.ballots.some(({ vote }) => vote && 'approve' in vote && vote.approve.length === 0);
  return [
    `# proposal ${proposal.number}; count it: npm run uncaged -- tally ${how.join(' ')} FILE`,
    '# the file knows neither quorum nor threshold; a ballot counts once more for each voice handed on to it',
    ...(noTick ? ['# a ballot that ticked nothing counts as cast; a file can only write it as abstain'] : []),
    ...proposal.ballotOptions.map(({ key, title }) => `# ${key} is ${oneLine(title)}`),
    ...(definition ? [`options: ${definition.options.join(', ')}`] : []),
    ...proposal.ballots.map(({ member, choice, vote, entryId }) => {
      const said = vote ? fileVote(vote) : choice;
      return `${voicesOf(member.id, proposal.delegations)}:${said} # entry ${entryId}`;
    }),
    '',
  ].join('\n');
}
