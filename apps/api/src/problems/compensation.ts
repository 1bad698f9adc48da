import type { ProblemKind } from '../problems.ts';

/** What paid work can be refused with. */
export const compensationProblems = {
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
    next: 'Use a kind that the rate card of our policy names: GET /api/policy.',
  },
  rate_twice: { status: 422, title: 'One kind of work has two rates', next: 'Name each kind once.' },
  form_unknown: {
    status: 422,
    title: 'There is no such form of paid work',
    next: 'forms names them: a call for testing, a grant, a commission, a residency, a screening.',
  },
  rate_pay_wrong: {
    status: 422,
    title: 'The rate card pays this kind of work otherwise',
    next: 'pay says how: by the piece, by the hour, or as a shared sum. Minutes go with hours only.',
  },
  rate_minutes_out_of_range: {
    status: 422,
    title: 'A piece cannot be paid for that many minutes',
    next: 'from and to name the bounds of our rate card.',
  },
  milestones_missing: {
    status: 422,
    title: 'A grant is paid by milestones, and there is none',
    next: 'Name at least one step and what it is paid.',
  },
  milestones_not_here: {
    status: 422,
    title: 'A call for testing has no milestones',
    next: 'Leave them out, or open a grant, a commission, a residency or a screening.',
  },
  too_many_milestones: {
    status: 422,
    title: 'These are too many milestones',
    next: 'most names how many there can be.',
  },
  milestone_title: {
    status: 422,
    title: 'A milestone needs a title of its own',
    next: 'Write one; most names the signs it can have.',
  },
  milestone_due_wrong: {
    status: 422,
    title: 'The date of a milestone is no instant',
    next: 'Write date, time and zone as ISO 8601, or leave it out.',
  },
  invited_nobody: { status: 422, title: 'Nobody is invited', next: 'Name at least one member.' },
  invited_too_many: { status: 422, title: 'Too many are invited', next: 'to names how many can be.' },
  invited_unknown: {
    status: 422,
    title: 'Somebody is invited who is no member',
    next: 'given names whom nobody here is. GET /api/members lists the members.',
  },
  seats_out_of_range: {
    status: 422,
    title: 'That many places cannot be drawn',
    next: 'from and to name the bounds.',
  },
  join_by_wrong: {
    status: 422,
    title: 'Names can be put down until a moment before the deadline',
    next: 'Write date, time and zone as ISO 8601, later than now and before the deadline.',
  },
  budget_below_promises: {
    status: 422,
    title: 'The budget does not pay for all milestones and their reviews',
    next: 'Set aside at least what least names.',
  },
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
  may_not_join: {
    status: 403,
    title: 'This call is for others',
    next: 'It says who may hand in work. Nothing was stored; GET /api/calls lists what is open to all.',
  },
  places_not_drawn: {
    status: 409,
    title: 'The places of this call are not drawn yet',
    next: 'Put your name down until joinBy; work begins after the draw. Nothing was stored.',
  },
  nothing_is_drawn: {
    status: 409,
    title: 'No places are drawn in this call',
    next: 'Hand in work if it is for you; no name is needed.',
  },
  joining_over: {
    status: 409,
    title: 'No more names are taken',
    next: 'The list is closed, and places are drawn among those on it.',
  },
  already_joined: { status: 409, title: 'Your name is on the list', next: 'Once is enough.' },
  commitment_malformed: {
    status: 422,
    title: 'This is no commitment',
    next: 'Send a SHA-256 in hex, 64 signs.',
  },
  already_committed: {
    status: 409,
    title: 'You have claimed this already',
    next: 'The first claim stands, with its time.',
  },
  commitment_unknown: {
    status: 422,
    title: 'Your salt opens nothing that you claimed in this call',
    next: 'Send the same first line and salt as in your claim, or leave the salt out. Nothing was stored.',
  },
  attachment_unknown: {
    status: 422,
    title: 'A picture of the report is not yours to hand in',
    next: 'Send up to four pictures of your own, each once: POST /api/attachments. Nothing was stored.',
  },
  too_many_attachments: {
    status: 409,
    title: 'Twelve pictures wait for a report already',
    next: 'Hand some of them in. What is not handed in within a week is thrown away.',
  },
  unknown_attachment: {
    status: 404,
    title: 'There is no such picture for you',
    next: 'It is for the author and the reviewers of its report, and goes with its author’s words.',
  },
  about_nothing: {
    status: 422,
    title: 'Such work is about a clip, or about a model',
    next: 'Name the one it is about. Nothing was stored.',
  },
  milestone_unknown: {
    status: 422,
    title: 'There is no such milestone in this call',
    next: 'milestones names them. Nothing was stored.',
  },
  milestone_taken: {
    status: 409,
    title: 'Something waits or is accepted for this milestone already',
    next: 'Each is paid once. A rejected one can be handed in again when no appeal is open.',
  },
  minutes_out_of_range: {
    status: 422,
    title: 'Such work is paid by the hour, up to a ceiling',
    next: 'Say how many whole minutes; from and to name the bounds. Nothing was stored.',
  },
  units_out_of_range: {
    status: 422,
    title: 'Such work is paid by how much of it there is',
    next: 'Say how many; from and to name the bounds. Nothing was stored.',
  },
  region_out_of_range: {
    status: 422,
    title: 'This part is not on the picture',
    next: 'Name it in whole thousandths of width and height, inside 0 to 1000, about a clip.',
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
  reviewers_not_drawn: {
    status: 409,
    title: 'Its reviewers are not drawn yet',
    next: 'They are drawn by the next checkpoint of the book, within seconds.',
  },
  not_drawn: {
    status: 403,
    title: 'Others were drawn to review this piece',
    next: 'What waits for you stands on your desk: GET /api/reviews.',
  },
  not_a_finding: {
    status: 422,
    title: 'Nobody is first at such work',
    next: 'Only bugs and red-team findings can have been found before. Nothing was stored.',
  },
  duplicate_unknown: {
    status: 422,
    title: 'That is no earlier finding of the same kind in this call',
    next: 'GET /api/contributions/ID/earlier lists what was found before. Nothing was stored.',
  },
  duplicate_not_earlier: {
    status: 422,
    title: 'That was found later, not before',
    next: 'The first is paid in full. Nothing was stored.',
  },
  not_independent: {
    status: 422,
    title: 'That was decided, and so open, before this was handed in',
    next: 'Say in a rejection that it was known. Nothing was stored.',
  },
  not_yours: {
    status: 403,
    title: 'Only its author can ask a panel to look again',
    next: 'Nothing was stored.',
  },
  not_rejected: {
    status: 409,
    title: 'This piece is not rejected',
    next: 'Nothing has to be appealed against.',
  },
  no_appeals_in_call: {
    status: 409,
    title: 'The terms of this call know no appeal',
    next: 'They were fixed before our policy had panels for work.',
  },
  appeal_late: {
    status: 409,
    title: 'The time to appeal is over',
    next: 'It ran from the rejection, for as many days as the call says. Nothing was stored.',
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
  no_royalty: {
    status: 404,
    title: 'This clip paid no royalty',
    next: 'It is not made yet, owed nothing under its policy, or is of a member’s own model. Look at the clip itself.',
  },
} satisfies Record<string, ProblemKind>;
