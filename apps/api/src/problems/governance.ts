import type { ProblemKind } from '../problems.ts';

/** What people and decisions can be refused with. */
export const governanceProblems = {
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
  wrong_login: {
    status: 401,
    title: 'This pseudonym and this password do not go together',
    next: 'Try again. Capitals and accents of the pseudonym do not matter; those of the password do.',
  },
  too_many_attempts: {
    status: 429,
    title: 'Too many tries to log in',
    next: 'Wait until the time that retryAt names. Nobody is locked out for longer.',
  },
  unknown_session: {
    status: 404,
    title: 'You have no such session',
    next: 'GET /api/sessions lists yours.',
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
} satisfies Record<string, ProblemKind>;
