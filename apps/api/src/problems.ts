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
  media_unreadable: {
    status: 422,
    title: 'The media file cannot be read past its first bytes',
    next: 'Send a whole MP4, WebP or PNG.',
  },
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

  // works and where they come from
  unknown_work: {
    status: 404,
    title: 'There is no such work, or it is not shown to you',
    next: 'A work without consent to publish is seen by its maker only.',
  },
  no_picture: {
    status: 404,
    title: 'Only the hash of this work is known here',
    next: 'Import the collection it comes from; its picture comes with it.',
  },
  unknown_author: {
    status: 404,
    title: 'There is no such author',
    next: 'List the authors to see their ids.',
  },
  unknown_import: { status: 404, title: 'There is no such import', next: 'Begin it first.' },
  unknown_dataset: {
    status: 404,
    title: 'There is no such dataset',
    next: 'A model’s page names its dataset.',
  },
  unknown_lineage: {
    status: 404,
    title: 'Nothing is written about where this comes from',
    next: 'A clip has an origin once it is finished.',
  },
  file_empty: { status: 422, title: 'The file is empty', next: 'Choose another file. Nothing was kept.' },
  file_too_large: {
    status: 413,
    title: 'The file is too large',
    next: 'Send at most 5 MiB. Nothing was kept.',
  },
  not_a_picture: {
    status: 415,
    title: 'This is no picture that is read here',
    next: 'Send a PNG, JPEG, WebP, GIF or SVG. What counts is what is in the file, not its name.',
  },
  not_an_svg: {
    status: 422,
    title: 'The file is XML, but no SVG',
    next: 'Send a file whose root element is svg.',
  },
  svg_encoding: {
    status: 422,
    title: 'The encoding of the SVG is not one that is read here',
    next: 'Save it as UTF-8.',
  },
  svg_entities: {
    status: 422,
    title: 'The SVG declares entities',
    next: 'Save it as plain SVG, without a document type of its own.',
  },
  svg_malformed: {
    status: 422,
    title: 'The SVG is not well-formed XML',
    next: 'Open it in a drawing program and save it again.',
  },
  svg_script: {
    status: 422,
    title: 'The SVG holds a script',
    next: 'Save it as plain SVG. Pictures need no scripts.',
  },
  svg_event_handler: {
    status: 422,
    title: 'The SVG holds event handlers',
    next: 'Save it as plain SVG. Pictures need no handlers.',
  },
  svg_too_complex: {
    status: 422,
    title: 'The SVG has too many elements or too many levels',
    next: 'Simplify it: at most 200,000 elements and 256 levels.',
  },
  image_too_large: {
    status: 422,
    title: 'The picture has too many pixels',
    next: 'Make it smaller: at most 50 megapixels, for a drawing 100.',
  },
  does_not_render: {
    status: 422,
    title: 'The picture cannot be decoded',
    next: 'Open it in another program and save it again. Nothing was kept.',
  },
  renders_nothing: {
    status: 422,
    title: 'Nothing is visible in the picture',
    next: 'Check that its pictures are inside the file and that it is not fully transparent.',
  },
  renders_too_long: {
    status: 422,
    title: 'The picture takes too long to draw',
    next: 'Simplify it. Nothing was kept.',
  },
  renders_too_much: {
    status: 422,
    title: 'The picture takes too much memory to draw',
    next: 'Make it smaller or simplify it. Nothing was kept.',
  },
  author_placeholder: {
    status: 422,
    title: 'This author name names nobody',
    next: 'Write the name you sign with, or leave the field empty for your pseudonym.',
  },
  work_is_anothers: {
    status: 409,
    title: 'Somebody else brought this work already',
    next: 'If it is yours, tell the collective: both of you will be heard.',
  },
  not_your_work: {
    status: 403,
    title: 'This work is somebody else’s',
    next: 'Only its maker may say what may be done with it.',
  },
  consent_expired: {
    status: 422,
    title: 'The end of this consent is in the past',
    next: 'Choose a later day, or leave it open.',
  },
  author_is_no_member: {
    status: 409,
    title: 'This author is a name, not a member',
    next: 'Only members who sign with a name can be confirmed as its artist.',
  },
  author_is_yourself: { status: 403, title: 'Nobody confirms themself', next: 'Ask another steward.' },
  author_confirmed_before: {
    status: 409,
    title: 'This author is confirmed already',
    next: 'Nothing is left to do.',
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
