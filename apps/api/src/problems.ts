import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { bookProblems } from './problems/book.ts';
import { compensationProblems } from './problems/compensation.ts';
import { doorProblems } from './problems/door.ts';
import { fundProblems } from './problems/funds.ts';
import { governanceProblems } from './problems/governance.ts';
import { provenanceProblems } from './problems/provenance.ts';
import { secretVoteProblems } from './problems/secret-votes.ts';
import { studioProblems } from './problems/studio.ts';
import { trainingProblems } from './problems/training.ts';

export interface ProblemKind {
  status: ContentfulStatusCode;
  title: string;
  /** What the person can do now. */
  next: string;
}

/**
 * The one table from a refusal's code to HTTP: status, what happened, what to do next. Every code that a use
 * case can return stands here; a test reads the sources and names what is missing. Sorted by domain.
 */
export const problems: Readonly<Record<string, ProblemKind>> = {
  ...doorProblems,
  ...governanceProblems,
  ...secretVoteProblems,
  ...bookProblems,
  ...fundProblems,
  ...compensationProblems,
  ...provenanceProblems,
  ...studioProblems,
  ...trainingProblems,
};

export interface ProblemExtras {
  detail?: string | undefined;
  headers?: Record<string, string>;
  [extra: string]: unknown;
}

/** An RFC 9457 answer. An unlisted code is our own mistake: it answers 500 and says so in the log. */
export function problem(c: Context, code: string, extras: ProblemExtras = {}): Response {
  const { detail, headers, ok: _ok, code: _code, ...more } = extras;
  const known = problems[code];
  if (!known) console.error(`problems.ts names no status for the code ${code}`);
  const { status, title, next } = known ?? doorProblems.internal_error;
  const body = { type: `/problems/${code}`, title, status, code, detail: detail ?? title, next, ...more };
  return c.body(toJson(body), status, { ...headers, 'content-type': 'application/problem+json' });
}

/** JSON as the wire has it: bigint as a decimal string, Date as ISO 8601, bytes as lower-case hex. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString();
    if (item instanceof Uint8Array) return Buffer.from(item).toString('hex');
    return item;
  });
}

/** Thrown by the door (never by a use case) to end a request with a problem. */
export class Refused extends Error {
  readonly code: string;
  readonly extras: ProblemExtras;
  constructor(code: string, extras: ProblemExtras = {}) {
    super(code);
    this.code = code;
    this.extras = extras;
  }
}
