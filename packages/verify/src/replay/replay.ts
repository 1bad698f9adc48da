import type { ArchivedEntry, Json } from '@uncaged/book/rules';
import type { FindingCode } from '../finding.ts';

/** What is wrong with an entry as a step of its domain. */
export interface Wrong {
  readonly code: FindingCode;
  readonly message: string;
}

export type Payload = { readonly [key: string]: Json };

/** Reads the open entries of the log in their order and runs one domain's rules again. */
export interface Replay {
  /** Kinds it wants to see; null: all. */
  readonly kinds: readonly string[] | null;
  /** `payload` is null when the entry's is private or erased. */
  step(entry: ArchivedEntry, payload: Payload | null): Wrong | null;
}

export const wrong = (code: FindingCode, message: string): Wrong => ({ code, message });

/** The part of a subject after the colon. */
export const idOf = (entry: ArchivedEntry): string => entry.subject.slice(entry.subject.indexOf(':') + 1);

/** A field that must be text. Throws otherwise: the caller calls the payload malformed. */
export function text(payload: Payload, field: string): string {
  const value = payload[field];
  if (typeof value !== 'string') throw new TypeError(`${field} is no text`);
  return value;
}

export function list(payload: Payload, field: string): readonly Json[] {
  const value = payload[field];
  if (!Array.isArray(value)) throw new TypeError(`${field} is no list`);
  return value as readonly Json[];
}
