import type { ProblemKind } from '../problems.ts';

/** What every route can answer. */
export const doorProblems = {
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
  worker_stopped: {
    status: 403,
    title: 'This machine attested another policy than its job ran under, and is stopped',
    next: 'Find out why, then ask a steward to let it work again.',
  },
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
} satisfies Record<string, ProblemKind>;
