import type { ProblemKind } from '../problems.ts';

/** What the book can refuse. */
export const bookProblems = {
  // the book
  nothing_sealed: {
    status: 404,
    title: 'The book is still empty',
    next: 'Ask again a second after the first entry was written.',
  },
  unknown_entry: {
    status: 404,
    title: 'There is no such entry',
    next: 'Check the id; a receipt names it.',
  },
  nothing_to_erase: {
    status: 409,
    title: 'This payload was erased before',
    next: 'Nothing more needs doing: only its commitment stands.',
  },
  bad_cursor: {
    status: 422,
    title: 'This is no place in the log',
    next: 'Give as `after` what the page before gave as `next`.',
  },
  bad_range: {
    status: 422,
    title: 'These numbers name no part of the tree',
    next: 'The index must be below the size, and `from` not above `to`.',
  },
  tree_too_small: {
    status: 404,
    title: 'The tree has not grown to that size',
    next: 'Take a size up to that of the newest checkpoint.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'This Idempotency-Key was used for something else',
    next: 'Take a fresh key for a fresh request. What the first one did stands.',
  },
  duplicate_idempotency_key: {
    status: 422,
    title: 'The same Idempotency-Key stands twice in one batch',
    next: 'Give each its own.',
  },
  bad_idempotency_key: {
    status: 422,
    title: 'This is no Idempotency-Key',
    next: 'Take up to 200 printable characters without spaces.',
  },
  insufficient_funds: {
    status: 409,
    title: 'There is not enough money in the account',
    next: 'Pay money into the fund first, or ask for less. Nothing was moved.',
  },
  unbalanced: {
    status: 422,
    title: 'The postings do not sum to zero',
    next: 'What leaves one account must arrive in others. Nothing was moved.',
  },
  too_few_postings: { status: 422, title: 'Money needs two accounts', next: 'Give at least two postings.' },
  too_many_postings: { status: 422, title: 'Too many postings', next: 'Split them over several entries.' },
  unknown_account: {
    status: 422,
    title: 'There is no such account',
    next: 'Accounts are world:, fund:, escrow:, member: or pool: and a name.',
  },
  unknown_currency: {
    status: 422,
    title: 'There is no such currency',
    next: 'Take an ISO 4217 code such as EUR.',
  },
  currency_mismatch: {
    status: 422,
    title: 'The currencies differ',
    next: 'An entry moves money of one currency.',
  },
  zero_posting: { status: 422, title: 'A posting moves nothing', next: 'Leave it out.' },
  amount_out_of_range: { status: 422, title: 'The amount is too large', next: 'Take a smaller one.' },
  bad_id: { status: 422, title: 'This is no id', next: 'Ids are UUIDs in lower case.' },
  bad_kind: { status: 422, title: 'This is no kind of entry', next: 'Kinds are noun.verb.' },
  bad_actor: { status: 422, title: 'This is no member id', next: 'Give the id of a member.' },
  bad_subject: { status: 422, title: 'This is no subject', next: 'Subjects are noun:id.' },
  bad_time: { status: 422, title: 'The clock is wrong', next: 'Tell the people who run this machine.' },
  unsupported_value: {
    status: 422,
    title: 'A value cannot stand in the book',
    next: 'Write fractions and large numbers as text.',
  },
  malformed_text: {
    status: 422,
    title: 'A text is not well-formed Unicode',
    next: 'Send it as UTF-8 without half characters.',
  },
  payload_too_deep: {
    status: 422,
    title: 'The payload is nested too deep',
    next: 'Flatten it to 64 levels.',
  },
  payload_too_large: {
    status: 413,
    title: 'The payload is too large',
    next: 'Store it as a blob and name its hash.',
  },

  // what the book answers to every domain
} satisfies Record<string, ProblemKind>;
