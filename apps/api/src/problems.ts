import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

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
  // the door: what every route can answer
  invalid_input: {
    status: 422,
    title: 'A field is not as it must be',
    next: 'Correct the field that is named and send it again. Nothing was changed.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not JSON',
    next: 'Send one JSON object, nested at most 32 deep.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'This kind of body is not read here',
    next: 'Send the content type that the detail names.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    next: 'Send less; the detail names the limit in bytes. Nothing was kept.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing at this address',
    next: 'Check the address. All routes are listed at /api/openapi.json.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This address does not take this method',
    next: 'The Allow header names the methods it takes.',
  },
  route_not_listed: {
    status: 403,
    title: 'No rule says who may use this route',
    next: 'What the access file does not name is denied. Tell the people who run this machine.',
  },
  not_logged_in: { status: 401, title: 'You are not logged in', next: 'Log in, then try again.' },
  not_allowed: {
    status: 403,
    title: 'Your roles do not allow this',
    next: 'The policy says which role may. A proposal can change it.',
  },
  token_unknown: {
    status: 401,
    title: 'This token is not known here',
    next: 'Check the token and the address; a steward can issue a new one.',
  },
  token_expired: { status: 401, title: 'This token has expired', next: 'Ask a steward for a new one.' },
  token_revoked: { status: 401, title: 'This token was revoked', next: 'Ask a steward for a new one.' },
  origin_mismatch: {
    status: 403,
    title: 'The request comes from another site',
    next: 'Use the portal of this collective itself.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many tries',
    next: 'Wait as long as the Retry-After header says.',
  },
  not_founded: {
    status: 409,
    title: 'No collective is founded here yet',
    next: 'Open the start page and found it.',
  },
  shutting_down: {
    status: 503,
    title: 'The machine is stopping',
    next: 'Try again in a moment. What was acknowledged is kept.',
  },
  internal_error: {
    status: 500,
    title: 'Something broke that should not have',
    next: 'Nothing was half-done: the transaction was rolled back. Tell the operator the id in the detail.',
  },

  // the studio
  prompt_empty: { status: 422, title: 'The prompt is empty', next: 'Write at least one word.' },
  prompt_too_long: {
    status: 422,
    title: 'The prompt is too long',
    next: 'Shorten it to the number of characters the detail names; the policy sets it.',
  },
  guidance_not_finite: {
    status: 422,
    title: 'Guidance is not a number',
    next: 'Guidance may be any finite number, below zero too.',
  },
  steps_out_of_range: {
    status: 422,
    title: 'That many steps are not possible',
    next: 'Take a whole number between the bounds the detail names; the policy sets them.',
  },
  seed_out_of_range: {
    status: 422,
    title: 'The seed is not a whole number in its range',
    next: 'Take a whole number from 0 to 9007199254740991.',
  },
  refused_by_safeguard: {
    status: 403,
    title: 'The collective decided to refuse this',
    next: 'The enforcement names the clause and the vote. You can propose to change it.',
  },
  unknown_generation: {
    status: 404,
    title: 'There is no such clip, or it is not shown to you',
    next: 'A clip is private to its maker until the maker publishes it.',
  },
  unknown_model: { status: 404, title: 'There is no such model', next: 'Choose one that /api/models lists.' },
  no_model: {
    status: 409,
    title: 'No model is ready',
    next: 'Wait until a model is registered, or ask a steward.',
  },
  not_your_generation: {
    status: 403,
    title: 'This clip is somebody else’s',
    next: 'Only its maker may do this.',
  },
  not_finished: { status: 409, title: 'The clip is not finished', next: 'Wait until it is done.' },
  caption_too_long: { status: 422, title: 'The caption is too long', next: 'Shorten it.' },
  too_many_outstanding: {
    status: 429,
    title: 'You have as many clips waiting as the policy allows',
    next: 'Wait until one is done. The policy sets the number.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'The file has no such range',
    next: 'The Content-Range header says how long it is.',
  },
  no_output: { status: 404, title: 'There is no such file yet', next: 'Wait until the clip is done.' },

  // workers
  unknown_worker: {
    status: 404,
    title: 'There is no such worker',
    next: 'List the workers to see their ids.',
  },
  lease_not_yours: {
    status: 403,
    title: 'Another worker holds this lease',
    next: 'Drop the job; ask for a new lease.',
  },
  unknown_lease: { status: 404, title: 'There is no such lease', next: 'Drop the job; ask for a new lease.' },
  lease_lapsed: {
    status: 409,
    title: 'The lease lapsed',
    next: 'The job went back to the queue. Drop it; ask for a new lease.',
  },
  policy_hash_mismatch: {
    status: 409,
    title: 'The job ran under another policy than it was leased under',
    next: 'Send the policy hash the job named.',
  },
  weights_mismatch: {
    status: 409,
    title: 'The worker ran other weights than the job named',
    next: 'Load the weights whose SHA-256 the job names.',
  },
  blob_hash_mismatch: {
    status: 422,
    title: 'The bytes do not have the SHA-256 in the address',
    next: 'Send them again; the transfer may be broken.',
  },
  blob_too_large: {
    status: 413,
    title: 'The file is too large',
    next: 'Send a smaller one. Nothing was kept.',
  },
  unknown_blob: {
    status: 422,
    title: 'An output was never uploaded',
    next: 'Upload the blob, then complete.',
  },
  not_an_mp4: { status: 422, title: 'The clip is not an MP4', next: 'Send an ISO base media file.' },
  not_a_webp: { status: 422, title: 'The preview is not a WebP', next: 'Send a WebP.' },
  not_a_png: { status: 422, title: 'The poster is not a PNG', next: 'Send a PNG.' },
  not_a_preview: {
    status: 422,
    title: 'The preview picture is not a PNG or WebP',
    next: 'Send a PNG or WebP.',
  },
  preview_too_large: {
    status: 413,
    title: 'The preview picture is too large',
    next: 'Send at most 512 KiB.',
  },

  // people
  already_founded: {
    status: 409,
    title: 'This collective is founded already',
    next: 'Log in, or ask a member for an invitation.',
  },
  collective_name_length: {
    status: 422,
    title: 'The collective needs a name of 1 to 80 characters',
    next: 'Choose another name.',
  },
  deposit_malformed: {
    status: 422,
    title: 'The first money is not written as it has to be',
    next: 'Give a whole amount above zero in the smallest coin, and a short source in lower case such as grant.',
  },
  pseudonym_signs: {
    status: 422,
    title: 'This pseudonym has signs that cannot be used',
    next: 'Use letters, digits, spaces, and . _ - ’ after the first letter.',
  },
  pseudonym_length: {
    status: 422,
    title: 'This pseudonym is too short or too long',
    next: 'The policy says how many characters; min and max name them.',
  },
  pseudonym_taken: {
    status: 409,
    title: 'Somebody here goes by this pseudonym, or by one that looks the same',
    next: 'Choose another. Your invitation is still good.',
  },
  password_length: {
    status: 422,
    title: 'This password is too short or too long',
    next: 'Take a few words you can remember; min and max name the bounds.',
  },
  invitation_unknown: {
    status: 404,
    title: 'There is no such invitation',
    next: 'Check that the whole link was copied, or ask for another.',
  },
  invitation_used: {
    status: 409,
    title: 'This invitation has been used',
    next: 'Each works once. If it was you, log in; if not, ask for another.',
  },
  invitation_expired: {
    status: 410,
    title: 'This invitation has lapsed',
    next: 'Ask the member who sent it for another.',
  },
  already_erased: {
    status: 409,
    title: 'This member has been forgotten already',
    next: 'Nothing is left to erase.',
  },

  // decisions
  unknown_policy_version: {
    status: 404,
    title: 'There is no such version of the policy',
    next: 'GET /api/policy/versions lists them.',
  },
  unknown_proposal: {
    status: 404,
    title: 'There is no such proposal',
    next: 'GET /api/proposals lists them.',
  },
  title_length: {
    status: 422,
    title: 'A proposal needs a title of 1 to 200 characters',
    next: 'Shorten it, or write one. Nothing was stored.',
  },
  body_length: {
    status: 422,
    title: 'The text of the proposal is too long',
    next: 'Keep it to 20,000 characters. Nothing was stored.',
  },
  stale_policy: {
    status: 409,
    title: 'The policy has changed since this was written',
    next: 'Read the policy in force (inForce is its hash) and write the change against it.',
  },
  policy_patch_invalid: {
    status: 422,
    title: 'With this change the policy would be no policy',
    next: 'The field names the clause that is wrong. Nothing was stored.',
  },
  patch_changes_nothing: {
    status: 422,
    title: 'This patch changes nothing',
    next: 'Change a clause, or ask an open question.',
  },
  patch_outside_kind: {
    status: 422,
    title: 'A safeguard may only change safeguards',
    next: 'Propose it as a change of policy; path names the clause outside.',
  },
  open_question_has_patch: {
    status: 422,
    title: 'An open question changes no rule',
    next: 'Leave the patch empty, or propose it as a change of policy.',
  },
  not_author: {
    status: 403,
    title: 'Only its author can open a proposal',
    next: 'Ask them, or write your own.',
  },
  already_opened: {
    status: 409,
    title: 'This proposal has been opened',
    next: 'Its text is frozen now. Look at its page for where it stands.',
  },
  vote_not_open: {
    status: 409,
    title: 'The vote is not open yet',
    next: 'The page of the proposal says when it opens.',
  },
  vote_closed: {
    status: 409,
    title: 'The vote is closed',
    next: 'Your last ballot before the close is the one that counts.',
  },
  not_eligible: {
    status: 403,
    title: 'You cannot vote on this one',
    next: 'Who may vote was fixed when the vote opened. The next vote is yours too.',
  },

  // the other domains append theirs below, each under its own heading
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
  const { status, title, next } = known ?? (problems.internal_error as ProblemKind);
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
