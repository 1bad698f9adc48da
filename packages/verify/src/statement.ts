import { type ArchivedEntry, FILES, formatMinor, type Reader } from '@uncaged/book/rules';
import { runningBalances, type Statement } from '@uncaged/compensation/rules';
import { openArchive } from './container.ts';
import { readEntry } from './entries.ts';
import { linesOf } from './source.ts';

/** The entries of an archive in their order. Read one that `verifyArchive` has confirmed: nothing is checked here. */
export async function* entriesOf(source: Reader): AsyncGenerator<ArchivedEntry> {
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

export const money = (amount: bigint, currency: string) =>
  formatMinor(amount, currency) ?? `${amount} units of`;

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
