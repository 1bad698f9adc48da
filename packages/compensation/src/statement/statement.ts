import { statementOf as linesOf } from '@uncaged/book';
import type { Tx } from '@uncaged/platform';
import { runningBalances, type Statement, type StatementLine } from './lines.ts';
import { type PieceWords, piecesById } from './statement.store.ts';

interface ExplainedLine extends StatementLine {
  /** what it was for, in words */
  what: string;
  callId: string | null;
  contributionId: string | null;
}

export interface MemberStatement extends Omit<Statement, 'lines'> {
  account: string;
  lines: ExplainedLine[];
}

const contributionSubject = 'contribution:';

/** What lines are for that no piece of work is behind. */
const plainly: Readonly<Record<string, string>> = { 'royalty.paid': 'royalties of your works' };

function explain(line: StatementLine, pieces: ReadonlyMap<string, PieceWords>): ExplainedLine {
  const id = line.subject.startsWith(contributionSubject)
    ? line.subject.slice(contributionSubject.length)
    : null;
  const piece = id === null ? undefined : pieces.get(id);
  const what =
    piece === undefined
      ? (plainly[line.kind] ?? line.kind)
      : line.kind === 'contribution.reviewed'
        ? `review of a ${piece.kind} for “${piece.callTitle}”`
        : `${piece.kind} for “${piece.callTitle}”${piece.decidedBy === 'silence' ? ', accepted by silence' : ''}`;
  return { ...line, what, callId: piece?.callId ?? null, contributionId: id };
}

/**
 * Every line on a member's account, in the book's order, with what it was for and the balance after it. The balances
 * are added up here and by the book; when the two differ an invariant is broken, and it throws.
 */
export async function statementOf(tx: Tx, memberId: string): Promise<MemberStatement> {
  const account = `member:${memberId}`;
  const written = await linesOf(tx, account);
  const { lines, balances } = runningBalances(
    written.map(({ entryId, time, kind, subject, amount, currency }) => {
      return { entryId, time, kind, subject, amount, currency };
    }),
  );
  lines.forEach((line, place) => {
    if (line.balance !== written[place]?.balance) {
      throw new Error(`the statement of ${account} and the book differ at entry ${line.entryId}`);
    }
  });
  const ids = lines.flatMap(({ subject }) =>
    subject.startsWith(contributionSubject) ? [subject.slice(contributionSubject.length)] : [],
  );
  const pieces = await piecesById(tx, ids);
  return { account, balances, lines: lines.map((line) => explain(line, pieces)) };
}
