import { drawn } from '@uncaged/governance/rules';
import type { Verdict } from './decision.ts';

/** The panel that hears an appeal, drawn by the root (hex) of the first checkpoint over it. */
export function appealPanel(
  contributionId: string,
  candidates: readonly string[],
  seats: number,
  seed: string,
): string[] {
  return drawn(candidates, seats, seed, `paid-appeal:${contributionId}`);
}

export interface PanelVerdict {
  memberId: string;
  verdict: Verdict;
}

/**
 * What a panel decided about a rejection. More than half of it decides at once. When its time is over those who answered
 * do, and silence or a tie pays: work that nobody answers is never unpaid. Null while it is open.
 */
export function appealVerdict(
  panel: readonly string[],
  given: readonly PanelVerdict[],
  over: boolean,
): 'accepted' | 'rejected' | null {
  const accepting = given.filter(({ verdict }) => verdict === 'accept').length;
  const rejecting = given.length - accepting;
  if (accepting * 2 > panel.length) return 'accepted';
  if (rejecting * 2 > panel.length) return 'rejected';
  if (!over && given.length < panel.length) return null;
  return rejecting > accepting ? 'rejected' : 'accepted';
}
