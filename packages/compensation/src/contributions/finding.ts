import { sha256 } from '@noble/hashes/sha2.js';
import { framed, toHex } from '@uncaged/book/rules';
import { findingKinds, type WorkKind } from '../calls/kinds.ts';
import { type Part, partOf } from '../calls/rates.ts';
import type { Minor } from '../money.ts';

/**
 * A claim to a finding before it is written up: SHA-256, in hex, over a salt of the finder's own (32 bytes, hex) and the
 * first line of what they will hand in. Nobody learns the line from it; whoever hands it in later shows both.
 */
export function findingCommitment(memberId: string, salt: string, line: string): string {
  return toHex(sha256(framed('uncaged/finding/v1', memberId, salt, line)));
}

/** The first line of a piece, as a commitment is made to it. */
export function firstLine(text: string): string {
  return (text.trim().split('\n', 1)[0] ?? '').trim();
}

/** A piece as far as it matters who found it first. */
export interface Found {
  id: string;
  callId: string;
  kind: WorkKind;
  authorId: string;
  /** when it was committed to, or handed in */
  foundAt: Date;
  submittedAt: Date;
  decidedAt: Date | null;
  state: 'waiting' | 'accepted' | 'rejected';
}

export type DuplicateCode =
  | 'not_a_finding'
  | 'duplicate_unknown'
  | 'duplicate_not_earlier'
  | 'not_independent';

/**
 * Whether a piece can be called a later finding of what another found. Errors in this order: not_a_finding (nobody is
 * first at such work), duplicate_unknown (no such piece of another member in this call and of this kind, or a rejected
 * one), duplicate_not_earlier, not_independent (the first was decided, and so open, before this was handed in).
 */
export function mayCallLater(
  piece: Found,
  earlier: Found | null,
): { ok: true } | { ok: false; code: DuplicateCode } {
  if (!findingKinds.includes(piece.kind)) return { ok: false, code: 'not_a_finding' };
  const alike =
    earlier !== null &&
    earlier.id !== piece.id &&
    earlier.callId === piece.callId &&
    earlier.kind === piece.kind &&
    earlier.authorId !== piece.authorId &&
    earlier.state !== 'rejected';
  if (!alike) return { ok: false, code: 'duplicate_unknown' };
  if (earlier.foundAt >= piece.foundAt) return { ok: false, code: 'duplicate_not_earlier' };
  if (earlier.decidedAt !== null && earlier.decidedAt <= piece.submittedAt)
    return { ok: false, code: 'not_independent' };
  return { ok: true };
}

/** What more than half of those who accepted a piece say was found first; null where they do not agree. */
export function agreedDuplicate(accepting: readonly { duplicateOf: string | null }[]): string | null {
  const counts = new Map<string, number>();
  for (const { duplicateOf } of accepting)
    if (duplicateOf !== null) counts.set(duplicateOf, (counts.get(duplicateOf) ?? 0) + 1);
  const agreed = [...counts].find(([, count]) => count * 2 > accepting.length);
  return agreed?.[0] ?? null;
}

/** What a later finding is paid of its rate. */
export function laterAmount(amount: Minor, share: Part | null): Minor {
  return share ? partOf(amount, share) : amount;
}
