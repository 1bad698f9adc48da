import { describe, expect, it } from 'vitest';
import { genesisPolicy } from './genesis.ts';
import {
  discussionEnd,
  enactment,
  lateClose,
  stepDue,
  type Timeline,
  takesBallots,
  takesWords,
  votingWindow,
} from './timeline.ts';

const { safeguard, policy } = (await genesisPolicy()).voting.kinds;
const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000);
const justBefore = (time: Date) => new Date(time.getTime() - 1);
const timeline: Timeline = {
  state: 'draft',
  createdAt: at(0),
  discussionEndsAt: null,
  votingOpenedAt: null,
  votingClosesAt: null,
  enactsAt: null,
};

describe('the windows of a vote', () => {
  it('follow the rule', () => {
    expect(discussionEnd(safeguard, at(0))).toBeNull();
    expect(discussionEnd(policy, at(0))).toEqual(at(24));
    expect(discussionEnd(safeguard, at(0), at(-1).toISOString())).toBeNull();
    expect(discussionEnd(safeguard, at(0), at(5).toISOString())).toEqual(at(5));
    expect(discussionEnd(policy, at(0), at(5).toISOString())).toEqual(at(24));
    expect(discussionEnd(policy, at(0), at(50).toISOString())).toEqual(at(50));
    expect(votingWindow(safeguard, at(1))).toEqual({ opensAt: at(1), closesAt: at(73) });
    expect(enactment(policy, at(100))).toEqual(at(148));
  });

  const voting: Timeline = { ...timeline, state: 'voting', votingOpenedAt: at(1), votingClosesAt: at(73) };
  it.each<[string, Timeline, Date, boolean]>([
    ['before the opening', voting, justBefore(at(1)), false],
    ['at the opening', voting, at(1), true],
    ['just before the close', voting, justBefore(at(73)), true],
    ['at the close, though not yet counted', voting, at(73), false],
    ['after the count', { ...voting, state: 'passed' }, at(2), false],
    ['as a draft', timeline, at(2), false],
  ])('takes ballots %s', (_, given, now, takes) => {
    expect(takesBallots(given, now)).toBe(takes);
  });

  const talk: Timeline = { ...timeline, state: 'discussion', discussionEndsAt: at(24) };
  it.each<[string, Timeline, Date, boolean]>([
    ['as a draft', timeline, at(9999), true],
    ['while it is talked over', talk, justBefore(at(24)), true],
    ['when the vote is due, though not yet open', talk, at(24), false],
    ['during the vote', voting, at(2), false],
    ['once withdrawn', { ...timeline, state: 'withdrawn' }, at(2), false],
  ])('takes words %s', (_, given, now, takes) => {
    expect(takesWords(given, now)).toBe(takes);
  });

  it('move once for a late quorum, where the rule says so', () => {
    expect(lateClose(safeguard, at(100), justBefore(at(100)))).toBeNull();
    expect(lateClose(policy, at(100), justBefore(at(88)))).toBeNull();
    expect(lateClose(policy, at(100), at(88))).toEqual(at(124));
    expect(lateClose(policy, at(100), at(100))).toBeNull();
  });

  it.each<[Timeline, Date, string | null]>([
    [{ ...timeline, state: 'withdrawn' }, at(9999), null],
    [{ ...timeline, state: 'vetoed', enactsAt: at(1) }, at(9999), null],
    [timeline, at(24 * 30 - 1), null],
    [timeline, at(24 * 30), 'lapse'],
    [{ ...timeline, state: 'discussion', discussionEndsAt: at(24) }, justBefore(at(24)), null],
    [{ ...timeline, state: 'discussion', discussionEndsAt: at(24) }, at(24), 'open_vote'],
    [voting, justBefore(at(73)), null],
    [voting, at(73), 'close_vote'],
    [{ ...voting, state: 'passed', enactsAt: at(97) }, justBefore(at(97)), null],
    [{ ...voting, state: 'passed', enactsAt: at(97) }, at(97), 'enact'],
    [{ ...voting, state: 'passed' }, at(9999), null],
    [{ ...voting, state: 'rejected' }, at(9999), null],
    [{ ...voting, state: 'enacted', enactsAt: at(97) }, at(9999), null],
    [{ ...voting, state: 'clash', enactsAt: at(97) }, at(9999), null],
  ])('in state %o at %s: %s', (given, now, step) => {
    expect(stepDue(given, 30, now)?.step ?? null).toBe(step);
  });
});
