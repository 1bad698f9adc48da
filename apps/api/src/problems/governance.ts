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
    next: 'Give a whole amount above zero in the smallest coin, and where it comes from: grant, membership, sales, donation or licence.',
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
  unknown_policy: {
    status: 404,
    title: 'No policy has this hash',
    next: 'GET /api/policy/versions lists them with their hashes.',
  },
  replay_days_out_of_range: {
    status: 422,
    title: 'The last days to look at are out of range',
    next: 'Take a whole number between the bounds the detail names.',
  },
  replay_busy: {
    status: 503,
    title: 'Too many are looking back at once',
    next: 'Nothing is lost. Ask again in a few seconds.',
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
  comment_length: {
    status: 422,
    title: 'A comment needs some words, and not too many',
    next: 'min and max say how many characters.',
  },
  clause_malformed: {
    status: 422,
    title: 'This names no line of a change',
    next: 'Give the path of a line of the diff, as /studio/steps/usual.',
  },
  unknown_comment: {
    status: 404,
    title: 'There is no such comment here',
    next: 'It may be of another proposal. Load the page again.',
  },
  no_delegation_in_policy: {
    status: 409,
    title: 'The policy in force knows no delegation',
    next: 'Vote yourself, or propose delegation by vote.',
  },
  delegation_to_self: {
    status: 422,
    title: 'Your voice is yours already',
    next: 'Name another member, or take your delegation back.',
  },
  delegation_circular: {
    status: 409,
    title: 'Through others, this voice would come back to you',
    next: 'A ring represents nobody. Name somebody whose voice does not go through you.',
  },
  nothing_delegated: {
    status: 404,
    title: 'You have handed on no voice of this kind',
    next: 'There is nothing to take back.',
  },
  counterpart_length: {
    status: 422,
    title: 'Say with whom, in some words and not too many',
    next: 'min and max say how many characters.',
  },
  about_length: {
    status: 422,
    title: 'Say what it is, in some words and not too many',
    next: 'min and max say how many characters.',
  },
  since_in_future: {
    status: 422,
    title: 'This day has not come yet',
    next: 'Declare an interest from the day it began.',
  },
  unknown_interest: {
    status: 404,
    title: 'There is no such interest',
    next: 'Look at the list of interests.',
  },
  already_ended: {
    status: 409,
    title: 'This interest has ended already',
    next: 'It stays in the list, with the day it ended.',
  },
  yaml_invalid: {
    status: 422,
    title: 'This file cannot be read as YAML',
    next: 'The detail names the line. Download the policy anew and change it there.',
  },
  no_emergencies_in_policy: {
    status: 409,
    title: 'The policy in force knows no emergency measures',
    next: 'Propose a change by vote.',
  },
  outside_emergency_clauses: {
    status: 422,
    title: 'An emergency measure may not change this',
    next: 'The policy names what it may touch; propose anything else by vote.',
  },
  emergency_too_long: {
    status: 422,
    title: 'A measure cannot hold for so long without a vote',
    next: 'Choose whole hours, from 1 to max.',
  },
  unknown_emergency: {
    status: 404,
    title: 'There is no such emergency measure',
    next: 'Look at the list of measures.',
  },
  already_signed: {
    status: 409,
    title: 'You have signed this already',
    next: 'Another steward has to sign it too.',
  },
  emergency_over: {
    status: 409,
    title: 'This measure waits for no signature any more',
    next: 'It is in force, or it has ended. Its page says which.',
  },
  no_appeals_in_policy: {
    status: 409,
    title: 'The policy in force knows no appeals',
    next: 'Propose them by vote.',
  },
  nothing_refused: {
    status: 404,
    title: 'No clip of yours with this id was refused',
    next: 'Appeal from the page of the clip that was refused.',
  },
  already_appealed: {
    status: 409,
    title: 'You have appealed against this already',
    next: 'Follow it on its page; each refusal is judged once.',
  },
  reason_length: {
    status: 422,
    title: 'A reason needs some words, and not too many',
    next: 'min and max say how many characters.',
  },
  unknown_appeal: {
    status: 404,
    title: 'There is no such appeal',
    next: 'Look at the list of appeals.',
  },
  not_on_panel: {
    status: 403,
    title: 'You were not drawn to judge this',
    next: 'Its page names the panel, and by which root it was drawn.',
  },
  appeal_decided: {
    status: 409,
    title: 'This appeal is judged no more',
    next: 'Its page says how it was decided.',
  },
  stale_policy: {
    status: 409,
    title: 'The policy has changed since this was written',
    next: 'Read the policy in force (inForce is its hash) and write the change against it.',
  },
  kind_not_in_policy: {
    status: 409,
    title: 'The policy in force knows no proposals of this kind',
    next: 'GET /api/policy lists its kinds under voting. Propose it as a change of policy.',
  },
  emergency_opens_itself: {
    status: 409,
    title: 'The machine opens this vote by itself, once an emergency measure is signed',
    next: 'Propose what you want changed as its own kind.',
  },
  rule_never_passes: {
    status: 422,
    title: 'Under this rule no vote could ever pass',
    next: 'Lower the quorum or the threshold that field names. Nothing was stored.',
  },
  terms_do_not_fit: {
    status: 422,
    title: 'What was asked of this vote does not fit its kind',
    next: 'The field says what; the rule of the kind stands in GET /api/policy. Nothing was stored.',
  },
  window_in_past: {
    status: 422,
    title: 'The discussion would end before now',
    next: 'Choose a later time, or leave it out: then the rule of the kind decides.',
  },
  unknown_member: {
    status: 404,
    title: 'Somebody whose consent was asked for is no member here',
    next: 'GET /api/members lists everybody. Nothing was stored.',
  },
  options_needed: {
    status: 409,
    title: 'There is too little to choose among',
    next: 'A question needs two answers or none; an election needs somebody who stands.',
  },
  too_many_options: {
    status: 409,
    title: 'No more options fit into this vote',
    next: 'The rule says how many. Talk to whoever put the others about joining two of them.',
  },
  takes_no_options: {
    status: 409,
    title: 'This proposal takes no such options',
    next: 'Changes take amendments; questions that were asked with answers take more answers; in elections one stands.',
  },
  option_exists: {
    status: 409,
    title: 'The very same option stands already',
    next: 'Support that one, or change yours.',
  },
  unknown_option: {
    status: 404,
    title: 'This proposal has no such option',
    next: 'Its page lists them.',
  },
  already_withdrawn: {
    status: 409,
    title: 'This was taken back already',
    next: 'Nothing is left to do. It stays in the book.',
  },
  already_accepted: {
    status: 409,
    title: 'These are the words of the proposal already',
    next: 'Look at its page.',
  },
  text_frozen: {
    status: 409,
    title: 'The vote has begun, and what is voted on stands still',
    next: 'Vote, or write another proposal.',
  },
  not_an_election: {
    status: 409,
    title: 'Nobody is elected here',
    next: 'GET /api/proposals lists the elections.',
  },
  not_eligible_to_stand: {
    status: 403,
    title: 'Only who can vote can stand',
    next: 'The policy says which roles vote.',
  },
  already_standing: {
    status: 409,
    title: 'You stand already',
    next: 'Lay your candidacy down first to write another statement.',
  },
  consent_not_asked: {
    status: 403,
    title: 'Your consent is not what this waits for',
    next: 'Its page names whose consent it needs.',
  },
  decision_made: {
    status: 409,
    title: 'This is settled',
    next: 'Look at its page for where it stands; another proposal can change it.',
  },
  ballot_invalid: {
    status: 422,
    title: 'This ballot cannot be counted in this vote',
    next: 'The reason says why; the page of the proposal lists the options and the method. Nothing was cast.',
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
    title: 'A proposal of this kind may not change that clause',
    next: 'Propose it as a change of policy; path names the clause outside.',
  },
  open_question_has_patch: {
    status: 422,
    title: 'A question and an election change no rule',
    next: 'Leave the patch empty, or propose it as a change of policy.',
  },
  not_author: {
    status: 403,
    title: 'Only its author can do this',
    next: 'Ask them, or write your own.',
  },
  already_opened: {
    status: 409,
    title: 'This proposal has been opened',
    next: 'Look at its page for where it stands.',
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
