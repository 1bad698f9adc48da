import type { ProblemKind } from '../problems.ts';

/** What paid work can be refused with. */
export const compensationProblems = {
  // paid work: money
  amount_malformed: {
    status: 422,
    title: 'This is no amount',
    next: 'Write whole minor units in digits, such as 2500 for 25.00.',
  },
  amount_not_positive: {
    status: 422,
    title: 'An amount must be above zero',
    next: 'Write what is paid as a number above zero.',
  },
  amount_too_large: {
    status: 422,
    title: 'This amount is larger than the book can hold',
    next: 'Write at most 18 digits.',
  },
  fund_name_invalid: {
    status: 422,
    title: 'A fund needs a short name in lower case',
    next: 'Use letters, digits and hyphens, such as main.',
  },
  source_name_invalid: {
    status: 422,
    title: 'A source needs a short name in lower case',
    next: 'Use letters, digits and hyphens, such as grant.',
  },

  // paid work: calls
  title_missing: { status: 422, title: 'A call needs a title', next: 'Write one. Nothing was stored.' },
  title_too_long: {
    status: 422,
    title: 'The title is too long',
    next: 'Keep it to 200 characters. Nothing was stored.',
  },
  brief_missing: {
    status: 422,
    title: 'A call needs a brief',
    next: 'Say what testers are asked to do. Nothing was stored.',
  },
  brief_too_long: {
    status: 422,
    title: 'The brief is too long',
    next: 'Keep it to 10,000 characters. Nothing was stored.',
  },
  text_malformed: {
    status: 422,
    title: 'The text has signs that cannot be kept',
    next: 'Remove NUL signs and broken surrogate pairs. Nothing was stored.',
  },
  currency_not_ours: {
    status: 422,
    title: 'A call is paid in the currency of the collective',
    next: 'Name the currency that ours names.',
  },
  rates_missing: {
    status: 422,
    title: 'A call needs at least one rate',
    next: 'Name a kind of work and what it is paid.',
  },
  rate_kind_unknown: {
    status: 422,
    title: 'There is no such kind of work',
    next: 'Use bug, critique, experiment or red-team.',
  },
  rate_twice: { status: 422, title: 'One kind of work has two rates', next: 'Name each kind once.' },
  rate_below_policy: {
    status: 422,
    title: 'This is less than the policy pays for such work',
    next: 'Offer at least what least names, or propose to change the rate card.',
  },
  deadline_malformed: {
    status: 422,
    title: 'The deadline is no instant',
    next: 'Write date, time and zone as ISO 8601, such as 2026-04-01T18:00:00+02:00.',
  },
  deadline_past: {
    status: 422,
    title: 'The deadline has passed',
    next: 'Choose a later one. Mind the time zone.',
  },
  deadline_too_far: {
    status: 422,
    title: 'The deadline is more than two years away',
    next: 'Choose an earlier one.',
  },
  review_days_out_of_range: {
    status: 422,
    title: 'Reviewers cannot be given that many days',
    next: 'from and to name the bounds.',
  },
  reviews_needed_out_of_range: {
    status: 422,
    title: 'That many reviews cannot be asked for',
    next: 'from and to name the bounds.',
  },
  budget_below_one_piece: {
    status: 422,
    title: 'The budget does not pay for one piece of work and its reviews',
    next: 'Set aside at least what least names.',
  },
  unknown_call: { status: 404, title: 'There is no such call', next: 'GET /api/calls lists them.' },

  // paid work: contributions and reviews
  call_over: {
    status: 409,
    title: 'The deadline of this call has passed',
    next: 'Your words were not stored; keep them for another call. GET /api/calls lists what is open.',
  },
  kind_not_in_call: {
    status: 422,
    title: 'This call does not pay for such work',
    next: 'kinds names what it pays for. Nothing was stored.',
  },
  text_missing: {
    status: 422,
    title: 'There are no words in it',
    next: 'Write what you saw. Nothing was stored.',
  },
  text_too_long: {
    status: 422,
    title: 'The text is too long',
    next: 'Keep it to 20,000 characters. Nothing was stored.',
  },
  place_out_of_range: {
    status: 422,
    title: 'This place is not on the clip',
    next: 'frames and durationMs name its length where it is known.',
  },
  call_exhausted: {
    status: 409,
    title: 'What is left in this call cannot pay for another such piece',
    next: 'Please do not do the work unpaid: nothing was stored. A rejection can free money; needed and available name the amounts.',
  },
  unknown_contribution: {
    status: 404,
    title: 'There is no such piece of work',
    next: 'GET /api/contributions lists them.',
  },
  own_work: {
    status: 403,
    title: 'Nobody reviews their own work',
    next: 'Somebody else will, or silence accepts it at the deadline.',
  },
  already_reviewed: {
    status: 409,
    title: 'You have answered about this piece',
    next: 'Your first answer stands.',
  },
  already_decided: {
    status: 409,
    title: 'This piece is decided',
    next: 'Others answered first. Nothing was stored.',
  },
  review_late: {
    status: 409,
    title: 'The time to review this piece is over',
    next: 'Silence has accepted it. Nothing was stored.',
  },
  reason_missing: {
    status: 422,
    title: 'A rejection needs a reason',
    next: 'Write to the author what is missing. Nothing was stored.',
  },
  reason_too_long: {
    status: 422,
    title: 'The reason is too long',
    next: 'Keep it to 5,000 characters. Nothing was stored.',
  },
} satisfies Record<string, ProblemKind>;
