import type { ProblemKind } from '../problems.ts';

/** What money in funds can be refused with. */
export const fundProblems = {
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
  source_undeclared: {
    status: 409,
    title: 'Nobody has said what this source is',
    next: 'Declare it first, with who it is and what they ask in return; or name a kind of money: grant, membership, sales, donation, licence.',
  },

  source_kind_unknown: {
    status: 422,
    title: 'There is no such kind of source',
    next: 'kinds names them: a grant, memberships, sales, a donation, a licence.',
  },
  sponsor_words_missing: {
    status: 422,
    title: 'A sponsor is named with what they ask in return',
    next: 'Write both in plain words; “nothing” is an answer. At most 2,000 characters each.',
  },
  already_declared: {
    status: 409,
    title: 'This source is declared already',
    next: 'What was declared stands. Name another source for other money.',
  },
  same_fund: { status: 422, title: 'This is the same fund', next: 'Name two different funds.' },
  purpose_missing: {
    status: 422,
    title: 'A movement of money says what it is for',
    next: 'Write it in plain words, at most 2,000 characters. Nothing was moved.',
  },
  same_currency: {
    status: 422,
    title: 'This is the same currency',
    next: 'Name the one you get; within one currency, transfer instead.',
  },
  rate_malformed: {
    status: 422,
    title: 'This is no rate',
    next: 'Write how much of the one you get for one of the other, such as 1.0847.',
  },
  rate_source_missing: {
    status: 422,
    title: 'A rate is somebody’s, of some day',
    next: 'Say whose and of which day. Nothing was moved.',
  },
  exchange_too_small: {
    status: 422,
    title: 'Nothing would come of it',
    next: 'At this rate it is less than the smallest coin. Nothing was moved.',
  },
  reversal_of_reversal: {
    status: 409,
    title: 'A reversal is not reversed',
    next: 'Write down the deposit or transfer again as it should be.',
  },
  not_reversible: {
    status: 409,
    title: 'This cannot be taken back',
    next: 'Only deposits and transfers can. Money that was paid to people is theirs.',
  },
  already_reversed: {
    status: 409,
    title: 'This was taken back already',
    next: 'Once is enough; nothing was moved again.',
  },
} satisfies Record<string, ProblemKind>;
