import { type ArchivedEntry, FILES, formatMinor, type Json, type Reader } from '@uncaged/book/rules';
import { indexUnit, runningBalances, type Statement, shareOf } from '@uncaged/compensation/rules';
import { openArchive } from './container.ts';
import { isFields, readEntry } from './entries.ts';
import { linesOf } from './source.ts';

/** The entries of an archive in their order. Read one that `verifyArchive` has confirmed: nothing is checked here. */
async function* entriesOf(source: Reader): AsyncGenerator<ArchivedEntry> {
  const archive = await openArchive(source);
  const part = archive.ok ? archive.opened.parts.get(FILES.entries) : undefined;
  if (!part) throw new Error('this is no archive of a book');
  for await (const line of linesOf(part)) {
    const entry = 'code' in line ? null : readEntry(line.text);
    if (!entry) throw new Error('the archive holds a line that is no entry');
    yield entry;
  }
}

/**
 * A member's statement recomputed from an archive alone: every posting on their account in the order of the book, with
 * the balance after it.
 */
export async function statementIn(source: Reader, memberId: string): Promise<Statement> {
  const lines = [];
  for await (const { id: entryId, time, kind, subject, postings } of entriesOf(source))
    for (const { account, currency, amount } of postings)
      if (account === `member:${memberId}`) lines.push({ entryId, time, kind, subject, amount, currency });
  return runningBalances(lines);
}

/** What one clip paid to the works behind its model, as its entry says it, and what one holder's part of it is. */
export interface RoyaltyTold {
  entryId: string;
  position: bigint;
  generationId: string;
  modelId: string;
  currency: string;
  /** minor units that went into the pool */
  amount: bigint;
  /** S: works of weight 1 each */
  works: bigint;
  /** in 2⁻⁶⁴ minor units, owed to one unit of weight since the pool began */
  indexBefore: bigint;
  indexAfter: bigint;
  /** what a holder of so many works is owed of it: whole minor units, and the rest in 2⁻⁶⁴ of one */
  share: { weight: bigint; whole: bigint; rest: bigint };
}

/** What a member held of each pool when it was last weighed, by model and currency. */
function weigh(weights: Map<string, bigint>, payload: Json, memberId: string): void {
  if (!isFields(payload) || !Array.isArray(payload.holders)) return;
  for (const one of payload.holders)
    if (isFields(one) && one.memberId === memberId)
      weights.set(`${payload.modelId} ${payload.currency}`, BigInt(String(one.weight)));
}

/**
 * The royalty of one clip, for a holder of so many works, or for a member by what they held when it was made; null
 * where the archive has none.
 */
export async function royaltyIn(
  source: Reader,
  generationId: string,
  holder: bigint | { memberId: string },
): Promise<RoyaltyTold | null> {
  const weights = new Map<string, bigint>();
  for await (const entry of entriesOf(source)) {
    const payload: Json = entry.opening?.payload ?? null;
    if (typeof holder !== 'bigint' && entry.kind === 'royalty.weighed')
      weigh(weights, payload, holder.memberId);
    if (entry.kind !== 'royalty.accrued' || entry.subject !== `generation:${generationId}`) continue;
    if (!isFields(payload)) throw new Error('the royalty’s payload is missing');
    const weight =
      typeof holder === 'bigint' ? holder : (weights.get(`${payload.modelId} ${payload.currency}`) ?? 0n);
    const number = (name: string) => BigInt(String(payload[name]));
    const [indexBefore, indexAfter] = [number('indexBefore'), number('indexAfter')];
    return {
      ...{ entryId: entry.id, position: entry.position, generationId },
      ...{ modelId: String(payload.modelId), currency: String(payload.currency) },
      ...{ amount: number('amount'), works: number('works'), indexBefore, indexAfter },
      share: {
        weight,
        whole: shareOf(weight, indexBefore, indexAfter),
        rest: (weight * (indexAfter - indexBefore)) % indexUnit,
      },
    };
  }
  return null;
}

const money = (amount: bigint, currency: string) => formatMinor(amount, currency) ?? `${amount} units of`;

/** A statement as lines of text: time, kind, amount, currency, balance after it, and what it was for. */
export function statementInWords({ lines, balances }: Statement): string {
  if (lines.length === 0) return 'Nothing was ever paid to this member.';
  const told = lines.map(({ time, kind, subject, amount, currency, balance }) =>
    [
      ...[time.toISOString(), kind.padEnd(24), money(amount, currency).padStart(12), currency],
      ...[money(balance, currency).padStart(12), subject],
    ].join('  '),
  );
  const ends = balances.map(
    ({ currency, amount, lines: count }) => `${money(amount, currency)} ${currency} in ${count} lines`,
  );
  return [...told, '', ...ends].join('\n');
}

/** One page on what a clip paid, and how anybody recomputes a holder's part of it. */
export function royaltyInWords(told: RoyaltyTold): string {
  const { generationId, amount, currency, modelId, works, indexBefore, indexAfter, share } = told;
  const moved = indexAfter - indexBefore;
  return `Clip ${generationId} paid ${money(amount, currency)} ${currency} to the works behind ${modelId}.

It stands in the book as entry ${told.entryId}, leaf ${told.position}. The entry says:
  works         ${works}, each of weight 1
  index before  ${indexBefore}
  index after   ${indexAfter}

The index is what one work has been owed since the pool began, in 2^-64 of the smallest coin. It moved by
(${amount} * 2^64 + what was left over before) div ${works} = ${moved}.

Whoever holds ${share.weight} of these works is owed ${share.weight} * ${moved} / 2^64
  = ${share.whole} of the smallest coin, and ${share.rest} / 2^64 of one more, which adds up with the next clips.`;
}
