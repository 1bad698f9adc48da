import type { ProblemKind } from '../problems.ts';

/** What taking part in a secret vote can be refused with. */
export const secretVoteProblems = {
  too_few_for_secrecy: {
    status: 422,
    title: 'Too few of us can vote for a secret vote',
    next: 'With fewer than the privacy floor of the rules, the count would point at somebody. Ask it as an open vote.',
  },
  vote_is_secret: {
    status: 409,
    title: 'This vote is secret',
    next: 'Take a ballot paper while papers are given out, and cast on it; the page of the proposal does both.',
  },
  vote_not_secret: {
    status: 409,
    title: 'This vote is not secret',
    next: 'Cast a plain ballot; the page of the proposal has it.',
  },
  papers_given_out: {
    status: 409,
    title: 'No more papers are given out for this vote',
    next: 'Who has one can cast on it until the close. The next vote is yours too.',
  },
  paper_invalid: {
    status: 422,
    title: 'This is no blinded ballot paper',
    next: 'It has to be a number below the key of the vote, as RFC 9474 blinds it.',
  },
  paper_given: {
    status: 409,
    title: 'You have a paper for this vote',
    next: 'It lies where you took it: in that browser, or in the file you kept. There is one for each of us.',
  },
  papers_first: {
    status: 409,
    title: 'Papers are still given out',
    next: 'Cast when that is over; the page of the proposal says when. So nobody can tell papers and ballots together.',
  },
  token_invalid: {
    status: 422,
    title: 'This is no paper of this vote',
    next: 'Nothing was cast. Take the paper that was signed for this very vote.',
  },
  signature_invalid: {
    status: 422,
    title: 'Whoever holds the paper did not sign this ballot',
    next: 'Nothing was cast. Sign it with the key that the paper was made for.',
  },
  ballot_older: {
    status: 409,
    title: 'The same paper has said something later',
    next: 'Cast with a higher revision; what was kept counts.',
  },
} satisfies Record<string, ProblemKind>;
