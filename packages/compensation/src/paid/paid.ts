import { policyNamed } from '@uncaged/governance';
import type { Tx } from '@uncaged/platform';
import type { GovernedContext } from '../context.ts';
import type { Minor } from '../money.ts';
import {
  type OwedRow,
  owingClips,
  paidAlikeRows,
  paidRows,
  type ToneRow,
  toneRows,
  unansweredRows,
  unpaidRows,
} from './paid.store.ts';
import { leastFor, type PaidAlike } from './recast.ts';
import { type PaidLine, totalsOf } from './report.ts';

export interface PaidReport {
  asOf: Date;
  paid: PaidLine[];
  totals: { currency: string; pieces: number; total: Minor }[];
  /** the same by what its authors call their words: criticism is paid like praise, or this shows that it is not */
  byTone: Omit<ToneRow, 'people'>[];
  owed: {
    /** accepted and not paid: empty, since acceptance and payment are one entry */
    acceptedUnpaid: { currency: string; pieces: number; total: Minor }[];
    submittedUnanswered: OwedRow[];
  };
}

/**
 * What the collective has paid, by kind, and what it owes; never about a person. A median that fewer members than
 * policy's privacy.minGroupSize stand behind is kept back, and so is a tone of fewer.
 */
export async function whatWasPaid(tx: Tx, ctx: GovernedContext): Promise<PaidReport> {
  const { minGroupSize } = ctx.policy.document.privacy;
  const paid = (await paidRows(tx)).map(({ people, median, ...line }) => {
    return { ...line, median: people === null || people >= minGroupSize ? median : null };
  });
  const tones = (await toneRows(tx))
    .filter(({ people }) => people >= minGroupSize)
    .map(({ people: _, ...line }) => line);
  return {
    asOf: ctx.clock.now(),
    paid,
    totals: totalsOf(paid),
    byTone: tones,
    owed: {
      acceptedUnpaid: await unpaidRows(tx),
      submittedUnanswered: await unansweredRows(tx),
    },
  };
}

/** What was paid since a moment, and the clips that owed a royalty, each with its currency. */
export async function paidSince(
  tx: Tx,
  since: Date,
): Promise<{ alike: PaidAlike[]; owing: Map<string, string> }> {
  const alike: PaidAlike[] = [];
  for (const { policy_version, policy_hash, ...row } of await paidAlikeRows(tx, since)) {
    const policy = await policyNamed(tx, policy_version, policy_hash);
    if (!policy) throw new Error(`a call names policy ${policy_version} with another hash`);
    alike.push({ ...row, least: leastFor(policy.document, row.kind) });
  }
  const owing = await owingClips(tx, since);
  return { alike, owing: new Map(owing.map((clip) => [clip.generation_id, clip.currency])) };
}
