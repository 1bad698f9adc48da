import type { VoteRule } from './policy.ts';

export const proposalStates = [
  'draft',
  'discussion',
  'voting',
  'passed',
  'canary',
  'enacted',
  'rejected',
  'lapsed',
  'clash',
  'vetoed',
  'withdrawn',
  'reverted',
] as const;
export type ProposalState = (typeof proposalStates)[number];

const hour = 3_600_000;

/** The times of one proposal, as far as they are known. */
export interface Timeline {
  state: ProposalState;
  createdAt: Date;
  discussionEndsAt: Date | null;
  votingOpenedAt: Date | null;
  votingClosesAt: Date | null;
  enactsAt: Date | null;
}

/**
 * When discussion ends for a text opened now; null where the kind has none, and the vote opens at once. `until` is
 * when its author asked for, in ISO 8601: it can make a discussion longer than the rule's, never shorter.
 */
export function discussionEnd(rule: VoteRule, now: Date, until?: string): Date | null {
  const end = now.getTime() + rule.discussionHours * hour;
  const asked = until === undefined ? end : new Date(until).getTime();
  return rule.discussionHours === 0 && asked <= end ? null : new Date(Math.max(end, asked));
}

/** Whether its words, amendments and candidates may still change: until the vote opens, or is due to. */
export function takesWords(timeline: Timeline, now: Date): boolean {
  const { state, discussionEndsAt } = timeline;
  return state === 'draft' || (state === 'discussion' && discussionEndsAt !== null && now < discussionEndsAt);
}

/** The close that a late quorum moves to; null where the rule knows none, or none is late. `reached` is when. */
export function lateClose(rule: VoteRule, closesAt: Date, reached: Date): Date | null {
  if (!rule.lateQuorum) return null;
  const { lastHours, extendHours } = rule.lateQuorum;
  const late = reached.getTime() >= closesAt.getTime() - lastHours * hour && reached < closesAt;
  return late ? new Date(closesAt.getTime() + extendHours * hour) : null;
}

/** The voting window that opens now. It is full even when a machine that was off opens it late. */
export function votingWindow(rule: VoteRule, now: Date): { opensAt: Date; closesAt: Date } {
  return { opensAt: now, closesAt: new Date(now.getTime() + rule.votingHours * hour) };
}

/** When a proposal that passed takes effect, counted from the close of its vote. */
export function enactment(rule: VoteRule, closedAt: Date): Date {
  return new Date(closedAt.getTime() + rule.delayHours * hour);
}

/** Ballots are taken from the opening until just before the close. */
export function takesBallots(timeline: Timeline, now: Date): boolean {
  const { votingOpenedAt: from, votingClosesAt: until } = timeline;
  return timeline.state === 'voting' && from !== null && until !== null && from <= now && now < until;
}

export type Step = 'open_vote' | 'close_vote' | 'enact' | 'lapse';

/** What time has made due for a proposal, and since when; null when it waits for people or is at its end. */
export function stepDue(
  timeline: Timeline,
  draftDays: number,
  now: Date,
): { step: Step; since: Date } | null {
  const due = (step: Step, since: Date | null) => (since !== null && since <= now ? { step, since } : null);
  switch (timeline.state) {
    case 'draft':
      return due('lapse', new Date(timeline.createdAt.getTime() + draftDays * 24 * hour));
    case 'discussion':
      return due('open_vote', timeline.discussionEndsAt);
    case 'voting':
      return due('close_vote', timeline.votingClosesAt);
    case 'passed':
      return due('enact', timeline.enactsAt);
    default:
      return null;
  }
}
