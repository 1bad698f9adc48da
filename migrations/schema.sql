-- What stands in the database after the last migration. Written by packages/platform/src/schema.dump.ts.

create table accounts (
  member_id text not null,
  login text,
  password_hash text,
  erased_at timestamp with time zone,
  constraint accounts_pkey PRIMARY KEY (member_id),
  constraint accounts_login_key UNIQUE (login),
  constraint accounts_erased CHECK (((erased_at IS NULL) OR (login IS NULL))),
  constraint accounts_whole CHECK (((login IS NULL) = (password_hash IS NULL)))
);

create table adapters (
  id text not null,
  owner_id text not null,
  name text not null,
  style_word text not null,
  source text not null,
  fine_tune_id text,
  base_name text not null,
  base_weights_sha256 text not null,
  sha256 text not null,
  size bigint not null,
  rank integer not null,
  steps integer not null,
  works integer not null,
  manifest text,
  dataset_id text,
  state text not null,
  has_file boolean default true not null,
  shared_at timestamp with time zone,
  entry_id text not null,
  created_at timestamp with time zone not null,
  constraint adapters_pkey PRIMARY KEY (id),
  constraint adapters_fine_tune_id_key UNIQUE (fine_tune_id),
  constraint adapters_fine_tune_id_fkey FOREIGN KEY (fine_tune_id) REFERENCES fine_tunes(id),
  constraint adapters_base_weights_sha256_check CHECK ((base_weights_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint adapters_file CHECK ((has_file OR (state = 'discarded'::text))),
  constraint adapters_rank_check CHECK ((rank > 0)),
  constraint adapters_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint adapters_shared CHECK (((shared_at IS NULL) OR ((state = 'ready'::text) AND (source = 'trained'::text)))),
  constraint adapters_size_check CHECK ((size > 0)),
  constraint adapters_source_check CHECK ((source = ANY (ARRAY['trained'::text, 'imported'::text]))),
  constraint adapters_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'discarded'::text]))),
  constraint adapters_steps_check CHECK ((steps >= 0)),
  constraint adapters_trained CHECK (((source = 'trained'::text) = (dataset_id IS NOT NULL))),
  constraint adapters_works_check CHECK ((works >= 0))
);
CREATE UNIQUE INDEX adapters_once ON public.adapters USING btree (owner_id, sha256) WHERE (state = 'ready'::text);
CREATE INDEX adapters_sha256 ON public.adapters USING btree (sha256);
CREATE INDEX adapters_shared_now ON public.adapters USING btree (id) WHERE (shared_at IS NOT NULL);

create table appeal_votes (
  appeal_id text not null,
  member_id text not null,
  overturn boolean not null,
  reason text not null,
  voted_at timestamp with time zone not null,
  entry_id text not null,
  constraint appeal_votes_pkey PRIMARY KEY (appeal_id, member_id),
  constraint appeal_votes_entry_id_key UNIQUE (entry_id),
  constraint appeal_votes_appeal_id_fkey FOREIGN KEY (appeal_id) REFERENCES appeals(id),
  constraint appeal_votes_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id)
);

create table appeals (
  id text not null,
  subject text not null,
  member_id text not null,
  clause text not null,
  policy_version integer not null,
  policy_hash text not null,
  words_hash text not null,
  words text,
  reason text,
  opened_at timestamp with time zone not null,
  entry_id text not null,
  seed text,
  panel jsonb,
  answers_by timestamp with time zone,
  state text not null,
  decided_at timestamp with time zone,
  decided_entry_id text,
  constraint appeals_pkey PRIMARY KEY (id),
  constraint appeals_entry_id_key UNIQUE (entry_id),
  constraint appeals_subject_key UNIQUE (subject),
  constraint appeals_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id),
  constraint appeals_decided_whole CHECK ((((decided_at IS NULL) = (decided_entry_id IS NULL)) AND ((decided_at IS NULL) = (state = ANY (ARRAY['opened'::text, 'judging'::text]))))),
  constraint appeals_drawn_whole CHECK ((((seed IS NULL) = (panel IS NULL)) AND ((seed IS NULL) = (answers_by IS NULL)))),
  constraint appeals_state_check CHECK ((state = ANY (ARRAY['opened'::text, 'judging'::text, 'upheld'::text, 'overturned'::text]))),
  constraint appeals_words_hash_check CHECK ((words_hash ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX appeals_lifting ON public.appeals USING btree (words_hash) WHERE (state = 'overturned'::text);

create table authors (
  id text not null,
  name text,
  key text,
  member_id text,
  confirmed_by text,
  confirmed_at timestamp with time zone,
  constraint authors_pkey PRIMARY KEY (id),
  constraint authors_check CHECK (((name IS NOT NULL) OR (member_id IS NOT NULL))),
  constraint authors_check1 CHECK (((name IS NULL) = (key IS NULL))),
  constraint authors_check2 CHECK (((confirmed_at IS NULL) = (confirmed_by IS NULL)))
);
CREATE UNIQUE INDEX authors_imported ON public.authors USING btree (key) WHERE (member_id IS NULL);
CREATE INDEX authors_key ON public.authors USING btree (key);
CREATE UNIQUE INDEX authors_members ON public.authors USING btree (member_id, COALESCE(key, ''::text)) WHERE (member_id IS NOT NULL);

create table ballot_keys (
  proposal_id text not null,
  modulus text not null,
  fewest integer not null,
  private_key bytea,
  constraint ballot_keys_pkey PRIMARY KEY (proposal_id),
  constraint ballot_keys_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint ballot_keys_fewest_check CHECK ((fewest >= 1)),
  constraint ballot_keys_modulus_check CHECK ((length(modulus) = 512))
);

create table ballot_papers (
  proposal_id text not null,
  member_id text not null,
  blinded_sha256 text not null,
  signed text not null,
  entry_id text not null,
  constraint ballot_papers_pkey PRIMARY KEY (proposal_id, member_id),
  constraint ballot_papers_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id),
  constraint ballot_papers_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint ballot_papers_blinded_sha256_check CHECK ((blinded_sha256 ~ '^[0-9a-f]{64}$'::text))
);

create table ballots (
  proposal_id text not null,
  member_id text not null,
  choice text,
  cast_at timestamp with time zone not null,
  entry_id text not null,
  vote jsonb,
  constraint ballots_pkey PRIMARY KEY (proposal_id, member_id),
  constraint ballots_entry_id_key UNIQUE (entry_id),
  constraint ballots_proposal_id_member_id_fkey FOREIGN KEY (proposal_id, member_id) REFERENCES proposal_voters(proposal_id, member_id),
  constraint ballots_choice_check CHECK ((choice = ANY (ARRAY['yes'::text, 'no'::text, 'abstain'::text]))),
  constraint ballots_one_content CHECK ((num_nonnulls(choice, vote) = 1))
);

create table book_balances (
  account text not null,
  currency text not null,
  balance bigint not null,
  constraint book_balances_pkey PRIMARY KEY (account, currency),
  constraint book_balances_account_check CHECK ((account !~ '^world:'::text)),
  constraint book_balances_balance_check CHECK ((balance >= 0))
);

create table book_checkpoints (
  size bigint not null,
  root bytea not null,
  note text not null,
  "time" timestamp with time zone not null,
  constraint book_checkpoints_pkey PRIMARY KEY (size),
  constraint book_checkpoints_size_check CHECK ((size > 0))
);

create table book_credits (
  account text not null,
  currency text not null,
  amount bigint not null,
  constraint book_credits_account_check CHECK ((account !~ '^world:'::text)),
  constraint book_credits_amount_check CHECK ((amount > 0))
);
CREATE INDEX book_credits_account ON public.book_credits USING btree (account, currency);

create table book_entries (
  id text not null,
  seq bigint default nextval('book_entry_seq'::regclass) not null,
  xid xid8 default pg_current_xact_id() not null,
  kind text not null,
  "time" timestamp with time zone not null,
  actor text,
  subject text not null,
  visibility text not null,
  commitment bytea not null,
  leaf_hash bytea not null,
  legs smallint not null,
  idempotency_key text,
  input_hash bytea,
  constraint book_entries_pkey PRIMARY KEY (id),
  constraint book_entries_commitment_check CHECK ((length(commitment) = 32)),
  constraint book_entries_leaf_hash_check CHECK ((length(leaf_hash) = 32)),
  constraint book_entries_legs_check CHECK (((legs = 0) OR (legs >= 2))),
  constraint book_entries_visibility_check CHECK ((visibility = ANY (ARRAY['public'::text, 'private'::text])))
);
CREATE UNIQUE INDEX book_entries_idempotency_key ON public.book_entries USING btree (idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE UNIQUE INDEX book_entries_seq ON public.book_entries USING btree (seq);
CREATE INDEX book_entries_subject ON public.book_entries USING btree (subject, seq);
CREATE INDEX book_entries_xid ON public.book_entries USING btree (xid);

create table book_leaves (
  "position" bigint not null,
  entry_id text not null,
  leaf_hash bytea not null,
  constraint book_leaves_pkey PRIMARY KEY ("position"),
  constraint book_leaves_entry_id_key UNIQUE (entry_id),
  constraint book_leaves_position_check CHECK (("position" >= 0))
);

create table book_nodes (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  constraint book_nodes_pkey PRIMARY KEY (level, index),
  constraint book_nodes_level_check CHECK ((level >= 1))
);

create table book_payloads (
  entry_id text not null,
  payload text,
  salt bytea,
  constraint book_payloads_pkey PRIMARY KEY (entry_id),
  constraint book_payloads_check CHECK (((payload IS NULL) = (salt IS NULL)))
);

create table book_postings (
  entry_id text not null,
  line smallint not null,
  account text not null,
  currency text not null,
  amount bigint not null,
  constraint book_postings_pkey PRIMARY KEY (entry_id, line),
  constraint book_postings_amount_check CHECK ((amount <> 0)),
  constraint book_postings_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint book_postings_line_check CHECK ((line >= 0))
);
CREATE INDEX book_postings_account ON public.book_postings USING btree (account, currency, entry_id);

create table book_sealing (
  singleton boolean default true not null,
  sealed_below xid8 default '0'::xid8 not null,
  constraint book_sealing_pkey PRIMARY KEY (singleton),
  constraint book_sealing_singleton_check CHECK (singleton)
);

create table call_joins (
  call_id text not null,
  member_id text not null,
  joined_at timestamp with time zone not null,
  entry_id text not null,
  constraint call_joins_pkey PRIMARY KEY (call_id, member_id),
  constraint call_joins_entry_id_key UNIQUE (entry_id),
  constraint call_joins_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id)
);

create table call_rates (
  call_id text not null,
  kind text not null,
  amount bigint not null,
  pay text default 'fixed'::text not null,
  most_minutes integer,
  milestone text default ''::text not null,
  title text,
  due timestamp with time zone,
  constraint call_rates_pkey PRIMARY KEY (call_id, kind, milestone),
  constraint call_rates_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id),
  constraint call_rates_amount_check CHECK ((amount > 0)),
  constraint call_rates_check CHECK (((pay = 'hourly'::text) = (most_minutes IS NOT NULL))),
  constraint call_rates_check1 CHECK ((((kind = 'milestone'::text) = (milestone <> ''::text)) AND ((kind = 'milestone'::text) = (title IS NOT NULL)))),
  constraint call_rates_kind_check CHECK ((kind = ANY (ARRAY['bug'::text, 'critique'::text, 'dataset-curation'::text, 'experiment'::text, 'feedback-session'::text, 'milestone'::text, 'recaptioning'::text, 'red-team'::text, 'stewardship'::text, 'translation'::text]))),
  constraint call_rates_most_minutes_check CHECK ((most_minutes > 0)),
  constraint call_rates_pay_check CHECK ((pay = ANY (ARRAY['fixed'::text, 'hourly'::text, 'shared'::text])))
);

create table calls (
  id text not null,
  title text not null,
  brief text not null,
  currency text not null,
  budget bigint not null,
  deadline timestamp with time zone not null,
  review_days integer not null,
  reviews_needed integer not null,
  review_rate bigint not null,
  may_join text not null,
  policy_version integer not null,
  policy_hash text not null,
  terms_hash text not null,
  opened_by text not null,
  opened_at timestamp with time zone not null,
  entry_id text not null,
  held bigint default 0 not null,
  paid bigint default 0 not null,
  returned bigint default 0 not null,
  closed_at timestamp with time zone,
  closed_entry_id text,
  form text default 'testing'::text not null,
  invited jsonb,
  seats integer,
  join_by timestamp with time zone,
  drawn jsonb,
  joining_entry_id text,
  drawn_entry_id text,
  reviewer_seats integer,
  appeal_seats integer,
  appeal_days integer,
  later_numerator integer,
  later_denominator integer,
  reserved bigint default 0 not null,
  constraint calls_pkey PRIMARY KEY (id),
  constraint calls_closed_entry_id_key UNIQUE (closed_entry_id),
  constraint calls_drawn_entry_id_key UNIQUE (drawn_entry_id),
  constraint calls_entry_id_key UNIQUE (entry_id),
  constraint calls_joining_entry_id_key UNIQUE (joining_entry_id),
  constraint calls_appeal_days_check CHECK ((appeal_days > 0)),
  constraint calls_appeal_seats_check CHECK ((appeal_seats > 0)),
  constraint calls_brief_check CHECK ((brief <> ''::text)),
  constraint calls_budget_check CHECK ((budget > 0)),
  constraint calls_check CHECK ((deadline > opened_at)),
  constraint calls_check1 CHECK ((((held + paid) + returned) <= budget)),
  constraint calls_check2 CHECK (((closed_at IS NULL) = (closed_entry_id IS NULL))),
  constraint calls_check3 CHECK (((closed_at IS NULL) OR ((held = 0) AND ((paid + returned) = budget)))),
  constraint calls_check4 CHECK (((may_join = 'invited'::text) = (invited IS NOT NULL))),
  constraint calls_check5 CHECK ((((may_join = 'drawn'::text) = (seats IS NOT NULL)) AND ((may_join = 'drawn'::text) = (join_by IS NOT NULL)))),
  constraint calls_check6 CHECK (((appeal_seats IS NULL) = (appeal_days IS NULL))),
  constraint calls_check7 CHECK (((later_numerator IS NULL) = (later_denominator IS NULL))),
  constraint calls_check8 CHECK (((closed_at IS NOT NULL) OR ((((held + paid) + returned) + reserved) <= budget))),
  constraint calls_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint calls_drawn_check CHECK ((jsonb_typeof(drawn) = 'array'::text)),
  constraint calls_form_check CHECK ((form = ANY (ARRAY['testing'::text, 'grant'::text, 'commission'::text, 'residency'::text, 'screening'::text]))),
  constraint calls_held_check CHECK ((held >= 0)),
  constraint calls_invited_check CHECK ((jsonb_typeof(invited) = 'array'::text)),
  constraint calls_later_denominator_check CHECK ((later_denominator > 0)),
  constraint calls_later_numerator_check CHECK ((later_numerator >= 0)),
  constraint calls_may_join_check CHECK ((may_join = ANY (ARRAY['members'::text, 'invited'::text, 'drawn'::text]))),
  constraint calls_paid_check CHECK ((paid >= 0)),
  constraint calls_policy_hash_check CHECK ((policy_hash ~ '^[0-9a-f]{64}$'::text)),
  constraint calls_reserved_check CHECK ((reserved >= 0)),
  constraint calls_returned_check CHECK ((returned >= 0)),
  constraint calls_review_days_check CHECK (((review_days >= 1) AND (review_days <= 90))),
  constraint calls_review_rate_check CHECK ((review_rate >= 0)),
  constraint calls_reviewer_seats_check CHECK ((reviewer_seats > 0)),
  constraint calls_reviews_needed_check CHECK (((reviews_needed >= 1) AND (reviews_needed <= 25))),
  constraint calls_seats_check CHECK ((seats > 0)),
  constraint calls_terms_hash_check CHECK ((terms_hash ~ '^[0-9a-f]{64}$'::text)),
  constraint calls_title_check CHECK ((title <> ''::text))
);
CREATE INDEX calls_not_closed ON public.calls USING btree (deadline) WHERE (closed_at IS NULL);

create table caption_suggestions (
  work_id text not null,
  caption text not null,
  constraint caption_suggestions_pkey PRIMARY KEY (work_id)
);

create table collective (
  singleton boolean default true not null,
  name text not null,
  currency text not null,
  founder_id text not null,
  founded_at timestamp with time zone not null,
  entry_id text not null,
  constraint collective_pkey PRIMARY KEY (singleton),
  constraint collective_founder_id_fkey FOREIGN KEY (founder_id) REFERENCES members(id),
  constraint collective_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint collective_singleton_check CHECK (singleton)
);

create table comments (
  id text not null,
  proposal_id text not null,
  clause text,
  parent_id text,
  member_id text not null,
  body text,
  written_at timestamp with time zone not null,
  withdrawn_at timestamp with time zone,
  entry_id text not null,
  constraint comments_pkey PRIMARY KEY (id),
  constraint comments_entry_id_key UNIQUE (entry_id),
  constraint comments_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id),
  constraint comments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES comments(id),
  constraint comments_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id)
);
CREATE INDEX comments_of_proposal ON public.comments USING btree (proposal_id, written_at);

create table consents (
  id text not null,
  work_id text not null,
  use text not null,
  answer boolean not null,
  member_id text not null,
  given_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  text text not null,
  text_sha256 text not null,
  entry_id text not null,
  constraint consents_pkey PRIMARY KEY (id),
  constraint consents_entry_id_key UNIQUE (entry_id),
  constraint consents_work_id_fkey FOREIGN KEY (work_id) REFERENCES works(id),
  constraint consents_use_check CHECK ((use = ANY (ARRAY['train_base'::text, 'fine_tune_own'::text, 'fine_tune_shared'::text, 'style_name_prompting'::text, 'publish'::text, 'export_weights'::text, 'data_mining'::text])))
);
CREATE INDEX consents_work ON public.consents USING btree (work_id, use, id);

create table contribution_appeal_votes (
  contribution_id text not null,
  member_id text not null,
  verdict text not null,
  reason text,
  paid bigint not null,
  judged_at timestamp with time zone not null,
  entry_id text not null,
  constraint contribution_appeal_votes_pkey PRIMARY KEY (contribution_id, member_id),
  constraint contribution_appeal_votes_entry_id_key UNIQUE (entry_id),
  constraint contribution_appeal_votes_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contribution_appeals(contribution_id),
  constraint contribution_appeal_votes_paid_check CHECK ((paid >= 0)),
  constraint contribution_appeal_votes_verdict_check CHECK ((verdict = ANY (ARRAY['accept'::text, 'reject'::text])))
);

create table contribution_appeals (
  contribution_id text not null,
  reason text,
  opened_at timestamp with time zone not null,
  entry_id text not null,
  rejected_entry_id text not null,
  state text default 'opened'::text not null,
  panel jsonb,
  answers_by timestamp with time zone,
  decided_at timestamp with time zone,
  decided_entry_id text,
  constraint contribution_appeals_pkey PRIMARY KEY (contribution_id),
  constraint contribution_appeals_decided_entry_id_key UNIQUE (decided_entry_id),
  constraint contribution_appeals_entry_id_key UNIQUE (entry_id),
  constraint contribution_appeals_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id),
  constraint contribution_appeals_check CHECK (((state = 'opened'::text) = (panel IS NULL))),
  constraint contribution_appeals_check1 CHECK (((panel IS NULL) = (answers_by IS NULL))),
  constraint contribution_appeals_check2 CHECK (((state = ANY (ARRAY['accepted'::text, 'rejected'::text])) = (decided_at IS NOT NULL))),
  constraint contribution_appeals_panel_check CHECK ((jsonb_typeof(panel) = 'array'::text)),
  constraint contribution_appeals_reason_check CHECK ((reason <> ''::text)),
  constraint contribution_appeals_state_check CHECK ((state = ANY (ARRAY['opened'::text, 'judging'::text, 'accepted'::text, 'rejected'::text])))
);
CREATE INDEX contribution_appeals_judging ON public.contribution_appeals USING btree (answers_by) WHERE (state = 'judging'::text);

create table contribution_attachments (
  id text not null,
  member_id text not null,
  contribution_id text,
  place smallint,
  sha256 text not null,
  webp bytea,
  added_at timestamp with time zone not null,
  constraint contribution_attachments_pkey PRIMARY KEY (id),
  constraint contribution_attachments_contribution_id_place_key UNIQUE (contribution_id, place),
  constraint contribution_attachments_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id),
  constraint contribution_attachments_check CHECK (((contribution_id IS NULL) = (place IS NULL))),
  constraint contribution_attachments_place_check CHECK (((place >= 0) AND (place <= 3))),
  constraint contribution_attachments_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX contribution_attachments_member ON public.contribution_attachments USING btree (member_id);
CREATE INDEX contribution_attachments_stray ON public.contribution_attachments USING btree (added_at) WHERE (contribution_id IS NULL);

create table contribution_reviews (
  contribution_id text not null,
  reviewer_id text not null,
  verdict text not null,
  reason text,
  reason_salt bytea,
  reason_hash text not null,
  paid bigint not null,
  reviewed_at timestamp with time zone not null,
  entry_id text not null,
  duplicate_of text,
  constraint contribution_reviews_pkey PRIMARY KEY (contribution_id, reviewer_id),
  constraint contribution_reviews_entry_id_key UNIQUE (entry_id),
  constraint contribution_reviews_contribution_id_fkey FOREIGN KEY (contribution_id) REFERENCES contributions(id),
  constraint contribution_reviews_check CHECK (((reason IS NULL) = (reason_salt IS NULL))),
  constraint contribution_reviews_paid_check CHECK ((paid >= 0)),
  constraint contribution_reviews_reason_hash_check CHECK ((reason_hash ~ '^[0-9a-f]{64}$'::text)),
  constraint contribution_reviews_verdict_check CHECK ((verdict = ANY (ARRAY['accept'::text, 'reject'::text])))
);
CREATE INDEX contribution_reviews_by_reviewer ON public.contribution_reviews USING btree (reviewer_id);
CREATE INDEX contribution_reviews_by_time ON public.contribution_reviews USING btree (reviewed_at);

create table contributions (
  id text not null,
  call_id text not null,
  kind text not null,
  author_id text not null,
  generation_id text,
  generation jsonb,
  body text,
  at_ms integer,
  frame integer,
  amount bigint not null,
  hold bigint not null,
  submitted_at timestamp with time zone not null,
  review_by timestamp with time zone not null,
  entry_id text not null,
  state text default 'waiting'::text not null,
  decided_by text,
  decided_at timestamp with time zone,
  decision_entry_id text,
  milestone text default ''::text not null,
  minutes integer,
  units integer,
  region jsonb,
  tone text,
  model_id text,
  commitment_id text,
  found_at timestamp with time zone,
  panel jsonb,
  drawn_entry_id text,
  appeal_by timestamp with time zone,
  duplicate_of text,
  paid bigint,
  constraint contributions_pkey PRIMARY KEY (id),
  constraint contributions_decision_entry_id_key UNIQUE (decision_entry_id),
  constraint contributions_drawn_entry_id_key UNIQUE (drawn_entry_id),
  constraint contributions_entry_id_key UNIQUE (entry_id),
  constraint contributions_commitment_id_fkey FOREIGN KEY (commitment_id) REFERENCES finding_commitments(id),
  constraint contributions_duplicate_of_fkey FOREIGN KEY (duplicate_of) REFERENCES contributions(id),
  constraint contributions_rate_fkey FOREIGN KEY (call_id, kind, milestone) REFERENCES call_rates(call_id, kind, milestone),
  constraint contributions_amount_check CHECK ((amount >= 0)),
  constraint contributions_appeal_by_check CHECK (((appeal_by IS NULL) OR (state = 'rejected'::text))),
  constraint contributions_at_ms_check CHECK ((at_ms >= 0)),
  constraint contributions_body_check CHECK ((body <> ''::text)),
  constraint contributions_check CHECK ((review_by > submitted_at)),
  constraint contributions_check1 CHECK (((state = 'waiting'::text) = (decided_at IS NULL))),
  constraint contributions_check2 CHECK (((state = 'waiting'::text) = (decided_by IS NULL))),
  constraint contributions_check3 CHECK (((state = 'waiting'::text) = (decision_entry_id IS NULL))),
  constraint contributions_check4 CHECK (((generation_id IS NULL) = (generation IS NULL))),
  constraint contributions_decided_by_check CHECK ((decided_by = ANY (ARRAY['reviews'::text, 'silence'::text, 'appeal'::text]))),
  constraint contributions_frame_check CHECK ((frame >= 0)),
  constraint contributions_hold_after_check CHECK (((state <> 'accepted'::text) OR (hold = 0))),
  constraint contributions_hold_check CHECK ((hold >= 0)),
  constraint contributions_minutes_check CHECK ((minutes > 0)),
  constraint contributions_paid_check CHECK ((paid >= 0)),
  constraint contributions_panel_check CHECK ((jsonb_typeof(panel) = 'array'::text)),
  constraint contributions_rejected_check CHECK (((state <> 'rejected'::text) OR (decided_by = 'reviews'::text))),
  constraint contributions_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'accepted'::text, 'rejected'::text]))),
  constraint contributions_tone_check CHECK ((tone = ANY (ARRAY['praise'::text, 'criticism'::text]))),
  constraint contributions_units_check CHECK ((units > 0))
);
CREATE INDEX contributions_appealable ON public.contributions USING btree (appeal_by) WHERE (appeal_by IS NOT NULL);
CREATE INDEX contributions_by_author ON public.contributions USING btree (author_id, submitted_at);
CREATE INDEX contributions_by_call ON public.contributions USING btree (call_id);
CREATE INDEX contributions_by_generation ON public.contributions USING btree (generation_id);
CREATE INDEX contributions_decided ON public.contributions USING btree (decided_at) WHERE (state = 'accepted'::text);
CREATE UNIQUE INDEX contributions_milestone_once ON public.contributions USING btree (call_id, milestone) WHERE ((milestone <> ''::text) AND (state <> 'rejected'::text));
CREATE INDEX contributions_panel ON public.contributions USING gin (panel) WHERE (state = 'waiting'::text);
CREATE INDEX contributions_undrawn ON public.contributions USING btree (call_id) WHERE ((state = 'waiting'::text) AND (panel IS NULL));
CREATE INDEX contributions_waiting ON public.contributions USING btree (review_by) WHERE (state = 'waiting'::text);

create table credential_chain (
  singleton boolean default true not null,
  pem text not null,
  root_sha256 text not null,
  leaf_sha256 text not null,
  entry_id text not null,
  created_at timestamp with time zone not null,
  constraint credential_chain_pkey PRIMARY KEY (singleton),
  constraint credential_chain_singleton_check CHECK (singleton)
);

create table credentials (
  sha256 text not null,
  generation_id text not null,
  label text not null,
  issuer text not null,
  signed_at timestamp with time zone not null,
  certificate_sha256 text not null,
  constraint credentials_pkey PRIMARY KEY (sha256),
  constraint credentials_generation_id_fkey FOREIGN KEY (generation_id) REFERENCES output_lineages(generation_id)
);
CREATE INDEX credentials_generation ON public.credentials USING btree (generation_id);

create table dataset_items (
  dataset_id text not null,
  index integer not null,
  work_id text not null,
  basis text not null,
  consent_id text,
  weight integer not null,
  leaf_hash text not null,
  constraint dataset_items_pkey PRIMARY KEY (dataset_id, index),
  constraint dataset_items_dataset_id_work_id_key UNIQUE (dataset_id, work_id),
  constraint dataset_items_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES consents(id),
  constraint dataset_items_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id),
  constraint dataset_items_work_id_fkey FOREIGN KEY (work_id) REFERENCES works(id),
  constraint dataset_items_check CHECK (((basis = 'member_consent'::text) = (consent_id IS NOT NULL))),
  constraint dataset_items_index_check CHECK ((index >= 0)),
  constraint dataset_items_weight_check CHECK ((weight > 0))
);
CREATE INDEX dataset_items_work ON public.dataset_items USING btree (work_id);

create table datasets (
  id text not null,
  name text not null,
  version integer not null,
  root text not null,
  items integer not null,
  manifest_sha256 text not null,
  entry_id text not null,
  created_at timestamp with time zone not null,
  owner_id text,
  constraint datasets_pkey PRIMARY KEY (id),
  constraint datasets_name_version_key UNIQUE (name, version),
  constraint datasets_items_check CHECK ((items > 0)),
  constraint datasets_root_check CHECK ((root ~ '^[0-9a-f]{64}$'::text)),
  constraint datasets_version_check CHECK ((version >= 1))
);

create table delegations (
  from_id text not null,
  topic text not null,
  to_id text not null,
  given_at timestamp with time zone not null,
  entry_id text not null,
  constraint delegations_pkey PRIMARY KEY (from_id, topic),
  constraint delegations_entry_id_key UNIQUE (entry_id),
  constraint delegations_from_id_fkey FOREIGN KEY (from_id) REFERENCES members(id),
  constraint delegations_to_id_fkey FOREIGN KEY (to_id) REFERENCES members(id),
  constraint delegations_check CHECK ((from_id <> to_id))
);

create table emergencies (
  id text not null,
  title text not null,
  body text not null,
  patch jsonb not null,
  against_version integer not null,
  hours integer not null,
  state text not null,
  created_at timestamp with time zone not null,
  in_force_at timestamp with time zone,
  ends_at timestamp with time zone,
  version integer,
  proposal_id text,
  entry_id text not null,
  constraint emergencies_pkey PRIMARY KEY (id),
  constraint emergencies_entry_id_key UNIQUE (entry_id),
  constraint emergencies_proposal_id_key UNIQUE (proposal_id),
  constraint emergencies_against_version_fkey FOREIGN KEY (against_version) REFERENCES policy_versions(version),
  constraint emergencies_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint emergencies_version_fkey FOREIGN KEY (version) REFERENCES policy_versions(version),
  constraint emergencies_hours_check CHECK (((hours >= 1) AND (hours <= 72))),
  constraint emergencies_in_force_whole CHECK ((((in_force_at IS NULL) = (ends_at IS NULL)) AND ((in_force_at IS NULL) = (version IS NULL)) AND ((in_force_at IS NULL) = (proposal_id IS NULL)))),
  constraint emergencies_patch_check CHECK ((jsonb_typeof(patch) = 'array'::text)),
  constraint emergencies_state_check CHECK ((state = ANY (ARRAY['signing'::text, 'in_force'::text, 'ratified'::text, 'ended'::text, 'lapsed'::text])))
);

create table emergency_signatures (
  emergency_id text not null,
  member_id text not null,
  signed_at timestamp with time zone not null,
  entry_id text not null,
  constraint emergency_signatures_pkey PRIMARY KEY (emergency_id, member_id),
  constraint emergency_signatures_entry_id_key UNIQUE (entry_id),
  constraint emergency_signatures_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergencies(id),
  constraint emergency_signatures_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id)
);

create table finding_commitments (
  id text not null,
  call_id text not null,
  member_id text not null,
  commitment text not null,
  committed_at timestamp with time zone not null,
  entry_id text not null,
  constraint finding_commitments_pkey PRIMARY KEY (id),
  constraint finding_commitments_call_id_member_id_commitment_key UNIQUE (call_id, member_id, commitment),
  constraint finding_commitments_entry_id_key UNIQUE (entry_id),
  constraint finding_commitments_call_id_fkey FOREIGN KEY (call_id) REFERENCES calls(id),
  constraint finding_commitments_commitment_check CHECK ((commitment ~ '^[0-9a-f]{64}$'::text))
);

create table fine_tune_items (
  fine_tune_id text not null,
  index integer not null,
  work_id text not null,
  caption text not null,
  machine_made boolean not null,
  consent_id text,
  constraint fine_tune_items_pkey PRIMARY KEY (fine_tune_id, index),
  constraint fine_tune_items_fine_tune_id_work_id_key UNIQUE (fine_tune_id, work_id),
  constraint fine_tune_items_fine_tune_id_fkey FOREIGN KEY (fine_tune_id) REFERENCES fine_tunes(id),
  constraint fine_tune_items_index_check CHECK ((index >= 0))
);

create table fine_tune_losses (
  fine_tune_id text not null,
  step integer not null,
  loss double precision not null,
  constraint fine_tune_losses_pkey PRIMARY KEY (fine_tune_id, step),
  constraint fine_tune_losses_fine_tune_id_fkey FOREIGN KEY (fine_tune_id) REFERENCES fine_tunes(id),
  constraint fine_tune_losses_step_check CHECK ((step >= 0))
);

create table fine_tune_sheets (
  fine_tune_id text not null,
  step integer not null,
  sha256 text not null,
  constraint fine_tune_sheets_pkey PRIMARY KEY (fine_tune_id, step),
  constraint fine_tune_sheets_fine_tune_id_fkey FOREIGN KEY (fine_tune_id) REFERENCES fine_tunes(id),
  constraint fine_tune_sheets_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint fine_tune_sheets_step_check CHECK ((step >= 0))
);

create table fine_tunes (
  id text not null,
  maker_id text not null,
  kind text not null,
  name text not null,
  style_word text not null,
  base_model_id text not null,
  base_name text not null,
  base_weights_sha256 text not null,
  base_record_sha256 text,
  seed bigint not null,
  steps integer,
  rank integer,
  sheet_prompts jsonb not null,
  sheet_seeds jsonb not null,
  sheet_every integer not null,
  state text not null,
  policy_version integer not null,
  policy_hash text not null,
  entry_id text not null,
  dataset_id text,
  manifest_sha256 text,
  lease_id text,
  stop_wanted boolean default false not null,
  failures integer default 0 not null,
  lapses integer default 0 not null,
  failure text,
  step integer default 0 not null,
  step_of integer,
  loss double precision,
  images_per_second double precision,
  seconds_left double precision,
  provider text,
  gpu_ms bigint,
  file_sha256 text,
  file_size bigint,
  record_sha256 text,
  adapter_id text,
  model_id text,
  created_at timestamp with time zone not null,
  queued_at timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  changes bigint default 0 not null,
  constraint fine_tunes_pkey PRIMARY KEY (id),
  constraint fine_tunes_begun CHECK (((state = ANY (ARRAY['draft'::text, 'discarded'::text])) OR (dataset_id IS NOT NULL))),
  constraint fine_tunes_finished CHECK (((state <> ALL (ARRAY['finished'::text, 'kept'::text])) OR (file_sha256 IS NOT NULL))),
  constraint fine_tunes_kept CHECK (((state <> 'kept'::text) OR (
CASE kind
    WHEN 'adapter'::text THEN adapter_id
    ELSE model_id
END IS NOT NULL))),
  constraint fine_tunes_kind_check CHECK ((kind = ANY (ARRAY['adapter'::text, 'model'::text]))),
  constraint fine_tunes_leased CHECK (((state = 'running'::text) = (lease_id IS NOT NULL))),
  constraint fine_tunes_rank_check CHECK ((rank > 0)),
  constraint fine_tunes_seed_check CHECK (((seed >= 0) AND (seed <= '9007199254740991'::bigint))),
  constraint fine_tunes_sheet_every_check CHECK ((sheet_every >= 0)),
  constraint fine_tunes_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'waiting'::text, 'running'::text, 'finished'::text, 'stopped'::text, 'failed'::text, 'kept'::text, 'discarded'::text]))),
  constraint fine_tunes_step_check CHECK ((step >= 0)),
  constraint fine_tunes_step_of_check CHECK ((step_of > 0)),
  constraint fine_tunes_steps_check CHECK ((steps > 0))
);
CREATE INDEX fine_tunes_of_maker ON public.fine_tunes USING btree (maker_id, id DESC);
CREATE INDEX fine_tunes_waiting ON public.fine_tunes USING btree (queued_at) WHERE (state = 'waiting'::text);

create table fund_reversals (
  reversed_entry_id text not null,
  entry_id text not null,
  reason text not null,
  constraint fund_reversals_pkey PRIMARY KEY (reversed_entry_id),
  constraint fund_reversals_entry_id_key UNIQUE (entry_id),
  constraint fund_reversals_reason_check CHECK ((reason <> ''::text))
);

create table fund_sources (
  name text not null,
  kind text not null,
  sponsor text,
  asks text,
  declared_at timestamp with time zone not null,
  entry_id text not null,
  constraint fund_sources_pkey PRIMARY KEY (name),
  constraint fund_sources_entry_id_key UNIQUE (entry_id),
  constraint fund_sources_asks_check CHECK ((asks <> ''::text)),
  constraint fund_sources_check CHECK (((sponsor IS NULL) = (asks IS NULL))),
  constraint fund_sources_kind_check CHECK ((kind = ANY (ARRAY['grant'::text, 'membership'::text, 'sales'::text, 'donation'::text, 'licence'::text]))),
  constraint fund_sources_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
  constraint fund_sources_sponsor_check CHECK ((sponsor <> ''::text))
);

create table generation_adapters (
  generation_id text not null,
  index integer not null,
  adapter_id text not null,
  sha256 text not null,
  weight double precision not null,
  constraint generation_adapters_pkey PRIMARY KEY (generation_id, index),
  constraint generation_adapters_generation_id_adapter_id_key UNIQUE (generation_id, adapter_id),
  constraint generation_adapters_adapter_id_fkey FOREIGN KEY (adapter_id) REFERENCES adapters(id),
  constraint generation_adapters_generation_id_fkey FOREIGN KEY (generation_id) REFERENCES generations(id),
  constraint generation_adapters_index_check CHECK (((index >= 0) AND (index <= 3))),
  constraint generation_adapters_weight_check CHECK (((weight = weight) AND (abs(weight) < 'Infinity'::double precision)))
);

create table generation_previews (
  generation_id text not null,
  sha256 text not null,
  bytes bytea not null,
  constraint generation_previews_pkey PRIMARY KEY (generation_id),
  constraint generation_previews_generation_id_fkey FOREIGN KEY (generation_id) REFERENCES generations(id)
);

create table generations (
  id text not null,
  maker_id text not null,
  model_id text,
  weights_sha256 text,
  prompt text not null,
  seed bigint not null,
  steps integer not null,
  guidance double precision not null,
  mode text not null,
  state text not null,
  policy_version integer not null,
  policy_hash text not null,
  entry_id text not null,
  lease_id text,
  failures integer default 0 not null,
  lapses integer default 0 not null,
  failure text,
  step integer,
  step_of integer,
  provider text,
  gpu_ms bigint,
  unknown_words jsonb,
  record jsonb,
  mp4_sha256 text,
  mp4_size bigint,
  webp_sha256 text,
  webp_size bigint,
  poster_sha256 text,
  poster_size bigint,
  enforcement jsonb,
  caption text,
  published_at timestamp with time zone,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  changes bigint default 0 not null,
  model_record_sha256 text,
  size integer default 256 not null,
  constraint generations_pkey PRIMARY KEY (id),
  constraint generations_done CHECK (((state = 'done'::text) = (mp4_sha256 IS NOT NULL))),
  constraint generations_guidance_check CHECK (((guidance = guidance) AND (abs(guidance) < 'Infinity'::double precision))),
  constraint generations_leased CHECK (((state = ANY (ARRAY['leased'::text, 'sampling'::text])) = (lease_id IS NOT NULL))),
  constraint generations_mode_check CHECK ((mode = ANY (ARRAY['clip'::text, 'walk'::text]))),
  constraint generations_published CHECK (((published_at IS NULL) OR (state = 'done'::text))),
  constraint generations_refused CHECK (((state = 'refused'::text) = (enforcement IS NOT NULL))),
  constraint generations_seed_check CHECK (((seed >= 0) AND (seed <= '9007199254740991'::bigint))),
  constraint generations_size_check CHECK ((size = ANY (ARRAY[64, 256, 360]))),
  constraint generations_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'leased'::text, 'sampling'::text, 'done'::text, 'failed'::text, 'refused'::text]))),
  constraint generations_steps_check CHECK ((steps > 0))
);
CREATE INDEX generations_by_time ON public.generations USING btree (created_at, id);
CREATE INDEX generations_of_maker ON public.generations USING btree (maker_id, id DESC);
CREATE INDEX generations_policy ON public.generations USING btree (policy_hash, created_at);
CREATE INDEX generations_waiting ON public.generations USING btree (created_at) WHERE (state = 'waiting'::text);
CREATE INDEX generations_wall ON public.generations USING btree (published_at DESC, id DESC) WHERE (published_at IS NOT NULL);

create table holdings_changed (
  dataset_id text not null,
  times bigint default 1 not null,
  constraint holdings_changed_pkey PRIMARY KEY (dataset_id),
  constraint holdings_changed_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id)
);

create table import_items (
  import_id text not null,
  path text not null,
  sha256 text not null,
  reason text,
  work_id text,
  constraint import_items_pkey PRIMARY KEY (import_id, path),
  constraint import_items_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id),
  constraint import_items_work_id_fkey FOREIGN KEY (work_id) REFERENCES works(id),
  constraint import_items_check CHECK (((reason IS NULL) = (work_id IS NOT NULL)))
);
CREATE INDEX import_items_reason ON public.import_items USING btree (import_id, reason);

create table imports (
  id text not null,
  source text not null,
  state text not null,
  active_ms bigint default 0 not null,
  server_peak bigint default 0 not null,
  renderer_peak bigint default 0 not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  entry_id text,
  constraint imports_pkey PRIMARY KEY (id),
  constraint imports_source_key UNIQUE (source),
  constraint imports_state_check CHECK ((state = ANY (ARRAY['open'::text, 'finished'::text])))
);

create table interests (
  id text not null,
  member_id text,
  declared_by text not null,
  kind text not null,
  counterpart text,
  about text,
  touches jsonb not null,
  since text not null,
  declared_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  entry_id text not null,
  ended_entry_id text,
  constraint interests_pkey PRIMARY KEY (id),
  constraint interests_entry_id_key UNIQUE (entry_id),
  constraint interests_declared_by_fkey FOREIGN KEY (declared_by) REFERENCES members(id),
  constraint interests_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id),
  constraint interests_ended_whole CHECK (((ended_at IS NULL) = (ended_entry_id IS NULL))),
  constraint interests_kind_check CHECK ((kind = ANY (ARRAY['sponsor'::text, 'vendor'::text, 'paid_partnership'::text, 'other'::text]))),
  constraint interests_touches_check CHECK ((jsonb_typeof(touches) = 'object'::text))
);

create table invitations (
  id text not null,
  code_hash bytea not null,
  invited_by text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  used_by text,
  entry_id text not null,
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_code_hash_key UNIQUE (code_hash),
  constraint invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES members(id),
  constraint invitations_used_by_fkey FOREIGN KEY (used_by) REFERENCES members(id),
  constraint invitations_code_hash_check CHECK ((length(code_hash) = 32)),
  constraint invitations_used_whole CHECK (((used_at IS NULL) = (used_by IS NULL)))
);

create table leases (
  id text not null,
  generation_id text,
  member_id text not null,
  worker_id text not null,
  instance text,
  leased_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  outcome text,
  reason text,
  entry_id text,
  fine_tune_id text,
  constraint leases_pkey PRIMARY KEY (id),
  constraint leases_fine_tune_id_fkey FOREIGN KEY (fine_tune_id) REFERENCES fine_tunes(id),
  constraint leases_generation_id_fkey FOREIGN KEY (generation_id) REFERENCES generations(id),
  constraint leases_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES workers(id),
  constraint leases_about CHECK ((num_nonnulls(generation_id, fine_tune_id) = 1)),
  constraint leases_ended CHECK (((ended_at IS NULL) = (outcome IS NULL))),
  constraint leases_outcome_check CHECK ((outcome = ANY (ARRAY['completed'::text, 'failed'::text, 'lapsed'::text, 'returned'::text])))
);
CREATE INDEX leases_of_fine_tune ON public.leases USING btree (fine_tune_id, leased_at DESC);
CREATE INDEX leases_of_generation ON public.leases USING btree (generation_id, leased_at DESC);
CREATE UNIQUE INDEX leases_one_running ON public.leases USING btree (generation_id) WHERE (outcome IS NULL);
CREATE UNIQUE INDEX leases_one_training ON public.leases USING btree (fine_tune_id) WHERE (outcome IS NULL);
CREATE INDEX leases_running ON public.leases USING btree (expires_at) WHERE (outcome IS NULL);
CREATE INDEX leases_window ON public.leases USING btree (leased_at, member_id);

create table lineage_adapters (
  generation_id text not null,
  index integer not null,
  adapter_id text not null,
  dataset_id text,
  weight double precision not null,
  constraint lineage_adapters_pkey PRIMARY KEY (generation_id, index),
  constraint lineage_adapters_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id),
  constraint lineage_adapters_generation_id_fkey FOREIGN KEY (generation_id) REFERENCES output_lineages(generation_id),
  constraint lineage_adapters_index_check CHECK ((index >= 0))
);
CREATE INDEX lineage_adapters_dataset ON public.lineage_adapters USING btree (dataset_id);

create table login_attempts (
  key text not null,
  at timestamp with time zone not null
);
CREATE INDEX login_attempts_at ON public.login_attempts USING btree (at);
CREATE INDEX login_attempts_key ON public.login_attempts USING btree (key, at);

create table members (
  id text not null,
  pseudonym text,
  pseudonym_key text,
  roles jsonb not null,
  invited_by text,
  joined_at timestamp with time zone not null,
  erased_at timestamp with time zone,
  entry_id text not null,
  constraint members_pkey PRIMARY KEY (id),
  constraint members_pseudonym_key_key UNIQUE (pseudonym_key),
  constraint members_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES members(id),
  constraint members_named_or_erased CHECK ((((pseudonym IS NULL) = (erased_at IS NOT NULL)) AND ((pseudonym_key IS NULL) = (erased_at IS NOT NULL)))),
  constraint members_roles_check CHECK ((jsonb_typeof(roles) = 'array'::text))
);

create table migrations (
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (name)
);

create table models (
  id text not null,
  name text not null,
  weights_sha256 text not null,
  licence text not null,
  config jsonb not null,
  training jsonb not null,
  card text,
  parents text[] not null,
  parameters bigint,
  dataset_id text not null,
  state text not null,
  entry_id text not null,
  created_at timestamp with time zone not null,
  owner_id text,
  record_sha256 text,
  constraint models_pkey PRIMARY KEY (id),
  constraint models_weights_sha256_key UNIQUE (weights_sha256),
  constraint models_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES datasets(id),
  constraint models_state_check CHECK ((state = ANY (ARRAY['in_use'::text, 'tainted'::text, 'retired'::text])))
);
CREATE INDEX models_dataset ON public.models USING btree (dataset_id);

create table output_lineages (
  generation_id text not null,
  model_id text not null,
  entry_id text not null,
  constraint output_lineages_pkey PRIMARY KEY (generation_id),
  constraint output_lineages_model_id_fkey FOREIGN KEY (model_id) REFERENCES models(id)
);
CREATE INDEX output_lineages_model ON public.output_lineages USING btree (model_id);

create table outputs (
  generation_id text not null,
  kind text not null,
  sha256 text not null,
  constraint outputs_pkey PRIMARY KEY (generation_id, kind),
  constraint outputs_generation_id_fkey FOREIGN KEY (generation_id) REFERENCES output_lineages(generation_id)
);
CREATE INDEX outputs_sha256 ON public.outputs USING btree (sha256);

create table policy_canaries (
  proposal_id text not null,
  hash text not null,
  document jsonb not null,
  base_version integer not null,
  percent integer not null,
  started_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  entry_id text not null,
  ended_at timestamp with time zone,
  outcome text,
  measured jsonb,
  constraint policy_canaries_pkey PRIMARY KEY (proposal_id),
  constraint policy_canaries_entry_id_key UNIQUE (entry_id),
  constraint policy_canaries_base_version_fkey FOREIGN KEY (base_version) REFERENCES policy_versions(version),
  constraint policy_canaries_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint policy_canaries_ended_whole CHECK (((ended_at IS NULL) = (outcome IS NULL))),
  constraint policy_canaries_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  constraint policy_canaries_outcome_check CHECK ((outcome = ANY (ARRAY['enacted'::text, 'reverted'::text, 'clash'::text]))),
  constraint policy_canaries_percent_check CHECK (((percent >= 1) AND (percent <= 50))),
  constraint policy_canaries_window CHECK ((started_at < ends_at))
);
CREATE UNIQUE INDEX policy_canaries_one_at_a_time ON public.policy_canaries USING btree ((true)) WHERE (ended_at IS NULL);

create table policy_dates (
  proposal_id text not null,
  what text not null,
  due_at timestamp with time zone not null,
  done_at timestamp with time zone,
  entry_id text,
  constraint policy_dates_pkey PRIMARY KEY (proposal_id, what),
  constraint policy_dates_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint policy_dates_done_whole CHECK (((done_at IS NULL) = (entry_id IS NULL))),
  constraint policy_dates_what_check CHECK ((what = ANY (ARRAY['sunset'::text, 'review'::text])))
);

create table policy_versions (
  version integer not null,
  hash text not null,
  previous_hash text,
  document jsonb not null,
  enacted_at timestamp with time zone not null,
  proposal_id text,
  entry_id text not null,
  emergency_id text,
  constraint policy_versions_pkey PRIMARY KEY (version),
  constraint policy_versions_entry_id_key UNIQUE (entry_id),
  constraint policy_versions_emergency FOREIGN KEY (emergency_id) REFERENCES emergencies(id),
  constraint policy_versions_proposal FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint policy_genesis CHECK ((((version = 1) = (previous_hash IS NULL)) AND ((version = 1) = ((proposal_id IS NULL) AND (emergency_id IS NULL))))),
  constraint policy_versions_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  constraint policy_versions_version_check CHECK ((version >= 1))
);

create table proposal_consents (
  proposal_id text not null,
  member_id text not null,
  yes boolean not null,
  answered_at timestamp with time zone not null,
  entry_id text not null,
  constraint proposal_consents_pkey PRIMARY KEY (proposal_id, member_id),
  constraint proposal_consents_entry_id_key UNIQUE (entry_id),
  constraint proposal_consents_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id),
  constraint proposal_consents_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id)
);

create table proposal_delegations (
  proposal_id text not null,
  from_id text not null,
  to_id text not null,
  entry_id text not null,
  constraint proposal_delegations_pkey PRIMARY KEY (proposal_id, from_id),
  constraint proposal_delegations_from_id_fkey FOREIGN KEY (from_id) REFERENCES members(id),
  constraint proposal_delegations_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint proposal_delegations_to_id_fkey FOREIGN KEY (to_id) REFERENCES members(id)
);

create table proposal_options (
  proposal_id text not null,
  key text not null,
  number integer not null,
  title text not null,
  body text not null,
  patch jsonb,
  member_id text,
  author_id text not null,
  state text not null,
  created_at timestamp with time zone not null,
  entry_id text not null,
  constraint proposal_options_pkey PRIMARY KEY (proposal_id, key),
  constraint proposal_options_proposal_id_number_key UNIQUE (proposal_id, number),
  constraint proposal_options_author_id_fkey FOREIGN KEY (author_id) REFERENCES members(id),
  constraint proposal_options_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id),
  constraint proposal_options_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint proposal_options_key_check CHECK ((key ~ '^o[1-9][0-9]{0,3}$'::text)),
  constraint proposal_options_number_check CHECK ((number >= 1)),
  constraint proposal_options_patch_check CHECK ((jsonb_typeof(patch) = 'array'::text)),
  constraint proposal_options_state_check CHECK ((state = ANY (ARRAY['put'::text, 'accepted'::text, 'withdrawn'::text])))
);
CREATE UNIQUE INDEX proposal_options_one_candidacy ON public.proposal_options USING btree (proposal_id, member_id) WHERE (state = 'put'::text);

create table proposal_voters (
  proposal_id text not null,
  member_id text not null,
  constraint proposal_voters_pkey PRIMARY KEY (proposal_id, member_id),
  constraint proposal_voters_member_id_fkey FOREIGN KEY (member_id) REFERENCES members(id),
  constraint proposal_voters_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id)
);

create table proposals (
  id text not null,
  number integer not null,
  kind text not null,
  title text not null,
  body text not null,
  patch jsonb not null,
  against_version integer not null,
  author_id text,
  state text not null,
  created_at timestamp with time zone not null,
  discussion_ends_at timestamp with time zone,
  voting_opened_at timestamp with time zone,
  voting_closes_at timestamp with time zone,
  enacts_at timestamp with time zone,
  rule jsonb,
  tally jsonb,
  clashes jsonb,
  entry_id text not null,
  tally_entry_id text,
  terms jsonb default '{}'::jsonb not null,
  definition jsonb,
  recused jsonb default '[]'::jsonb not null,
  affected jsonb,
  extended_at timestamp with time zone,
  winners jsonb,
  constraint proposals_pkey PRIMARY KEY (id),
  constraint proposals_number_key UNIQUE (number),
  constraint proposals_against_version_fkey FOREIGN KEY (against_version) REFERENCES policy_versions(version),
  constraint proposals_author_id_fkey FOREIGN KEY (author_id) REFERENCES members(id),
  constraint proposals_counted CHECK (((tally IS NULL) = (tally_entry_id IS NULL))),
  constraint proposals_definition_of_vote CHECK (((definition IS NULL) OR (voting_opened_at IS NOT NULL))),
  constraint proposals_kind_check CHECK ((kind = ANY (ARRAY['safeguard'::text, 'policy'::text, 'open'::text, 'feature'::text, 'rate_card'::text, 'call'::text, 'model'::text, 'dataset'::text, 'membership'::text, 'election'::text, 'emergency'::text, 'charter'::text]))),
  constraint proposals_number_check CHECK ((number >= 1)),
  constraint proposals_patch_check CHECK ((jsonb_typeof(patch) = 'array'::text)),
  constraint proposals_recused_check CHECK ((jsonb_typeof(recused) = 'array'::text)),
  constraint proposals_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'discussion'::text, 'voting'::text, 'passed'::text, 'canary'::text, 'enacted'::text, 'rejected'::text, 'lapsed'::text, 'clash'::text, 'vetoed'::text, 'withdrawn'::text, 'reverted'::text]))),
  constraint proposals_terms_check CHECK ((jsonb_typeof(terms) = 'object'::text)),
  constraint proposals_vote_whole CHECK ((((voting_opened_at IS NULL) = (voting_closes_at IS NULL)) AND ((voting_opened_at IS NULL) = (rule IS NULL)))),
  constraint proposals_window CHECK ((voting_opened_at < voting_closes_at)),
  constraint proposals_winners_of_count CHECK (((winners IS NULL) OR (tally IS NOT NULL)))
);
CREATE INDEX proposals_state ON public.proposals USING btree (state);

create table royalty_accruals (
  generation_id text not null,
  model_id text not null,
  currency text not null,
  amount bigint not null,
  due bigint not null,
  works bigint not null,
  index_before numeric(60,0) not null,
  index_after numeric(60,0) not null,
  remainder_before numeric(60,0) not null,
  remainder_after numeric(60,0) not null,
  accrued_at timestamp with time zone not null,
  entry_id text not null,
  constraint royalty_accruals_pkey PRIMARY KEY (generation_id),
  constraint royalty_accruals_entry_id_key UNIQUE (entry_id),
  constraint royalty_accruals_amount_check CHECK ((amount >= 0)),
  constraint royalty_accruals_check CHECK (((amount = 0) OR (amount = due))),
  constraint royalty_accruals_check1 CHECK (((amount > 0) OR ((index_after = index_before) AND (remainder_after = remainder_before)))),
  constraint royalty_accruals_check2 CHECK (((amount = 0) OR (((index_after * (works)::numeric) + remainder_after) = (((index_before * (works)::numeric) + remainder_before) + ((amount)::numeric * '18446744073709551616'::numeric))))),
  constraint royalty_accruals_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint royalty_accruals_due_check CHECK ((due > 0)),
  constraint royalty_accruals_works_check CHECK ((works >= 0))
);
CREATE INDEX royalty_accruals_by_model ON public.royalty_accruals USING btree (model_id, currency);
CREATE INDEX royalty_accruals_by_time ON public.royalty_accruals USING btree (accrued_at);

create table royalty_counted (
  generation_id text not null,
  month text not null,
  model_id text not null,
  place bigint not null,
  counted_at timestamp with time zone not null,
  entry_id text not null,
  constraint royalty_counted_pkey PRIMARY KEY (generation_id),
  constraint royalty_counted_entry_id_key UNIQUE (entry_id),
  constraint royalty_counted_month_model_id_place_key UNIQUE (month, model_id, place),
  constraint royalty_counted_month_model_id_fkey FOREIGN KEY (month, model_id) REFERENCES royalty_month_models(month, model_id),
  constraint royalty_counted_place_check CHECK ((place > 0))
);

create table royalty_holders (
  model_id text not null,
  currency text not null,
  member_id text not null,
  claimed bigint not null,
  weight bigint not null,
  since numeric(60,0) not null,
  carried numeric(60,0) not null,
  paid bigint default 0 not null,
  settled_at timestamp with time zone not null,
  constraint royalty_holders_pkey PRIMARY KEY (model_id, currency, member_id),
  constraint royalty_holders_model_id_currency_fkey FOREIGN KEY (model_id, currency) REFERENCES royalty_pools(model_id, currency),
  constraint royalty_holders_carried_check CHECK ((carried >= (0)::numeric)),
  constraint royalty_holders_check CHECK (((weight >= 0) AND (weight <= claimed))),
  constraint royalty_holders_claimed_check CHECK ((claimed > 0)),
  constraint royalty_holders_since_check CHECK ((since >= (0)::numeric))
);
CREATE INDEX royalty_holders_member ON public.royalty_holders USING btree (member_id);
CREATE INDEX royalty_holders_settled ON public.royalty_holders USING btree (settled_at);

create table royalty_month_models (
  month text not null,
  model_id text not null,
  clips bigint not null,
  works bigint not null,
  amount bigint,
  weights bigint,
  index_before numeric(60,0),
  index_after numeric(60,0),
  remainder_before numeric(60,0),
  remainder_after numeric(60,0),
  constraint royalty_month_models_pkey PRIMARY KEY (month, model_id),
  constraint royalty_month_models_month_fkey FOREIGN KEY (month) REFERENCES royalty_months(month),
  constraint royalty_month_models_amount_check CHECK ((amount >= 0)),
  constraint royalty_month_models_check CHECK (((amount IS NOT NULL) OR (COALESCE((weights)::numeric, index_before, index_after, remainder_before, remainder_after) IS NULL))),
  constraint royalty_month_models_check1 CHECK (((amount IS NULL) OR (num_nulls(weights, index_before, index_after, remainder_before, remainder_after) = 0))),
  constraint royalty_month_models_check2 CHECK (((amount IS NULL) OR (amount = 0) OR (((index_after * (weights)::numeric) + remainder_after) = (((index_before * (weights)::numeric) + remainder_before) + ((amount)::numeric * '18446744073709551616'::numeric))))),
  constraint royalty_month_models_clips_check CHECK ((clips > 0)),
  constraint royalty_month_models_weights_check CHECK ((weights >= 0)),
  constraint royalty_month_models_works_check CHECK ((works > 0))
);

create table royalty_months (
  month text not null,
  currency text,
  fund text,
  amount bigint,
  opened_entry_id text,
  returned bigint,
  shared_at timestamp with time zone,
  shared_entry_id text,
  constraint royalty_months_pkey PRIMARY KEY (month),
  constraint royalty_months_opened_entry_id_key UNIQUE (opened_entry_id),
  constraint royalty_months_shared_entry_id_key UNIQUE (shared_entry_id),
  constraint royalty_months_amount_check CHECK ((amount > 0)),
  constraint royalty_months_check CHECK (((returned >= 0) AND (returned <= COALESCE(amount, (0)::bigint)))),
  constraint royalty_months_check1 CHECK ((((amount IS NULL) = (currency IS NULL)) AND ((amount IS NULL) = (fund IS NULL)) AND ((amount IS NULL) = (opened_entry_id IS NULL)))),
  constraint royalty_months_check2 CHECK ((((returned IS NULL) = (shared_at IS NULL)) AND ((returned IS NULL) = (shared_entry_id IS NULL)))),
  constraint royalty_months_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint royalty_months_month_check CHECK ((month ~ '^\d{4}-(0[1-9]|1[0-2])$'::text))
);
CREATE INDEX royalty_months_open ON public.royalty_months USING btree (month) WHERE (shared_at IS NULL);

create table royalty_pools (
  model_id text not null,
  currency text not null,
  index numeric(60,0) default 0 not null,
  remainder numeric(60,0) default 0 not null,
  accrued bigint default 0 not null,
  works bigint,
  weights bigint,
  paid bigint default 0 not null,
  constraint royalty_pools_pkey PRIMARY KEY (model_id, currency),
  constraint royalty_pools_accrued_check CHECK ((accrued >= 0)),
  constraint royalty_pools_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint royalty_pools_index_check CHECK ((index >= (0)::numeric)),
  constraint royalty_pools_pay_what_they_got CHECK (((paid >= 0) AND (paid <= accrued))),
  constraint royalty_pools_remainder_check CHECK ((remainder >= (0)::numeric)),
  constraint royalty_pools_weighed CHECK ((((works IS NULL) = (weights IS NULL)) AND ((weights >= 0) AND (weights <= works))))
);

create table secret_ballots (
  proposal_id text not null,
  public_key text not null,
  ballot jsonb not null,
  constraint secret_ballots_pkey PRIMARY KEY (proposal_id, public_key),
  constraint secret_ballots_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(id),
  constraint secret_ballots_public_key_check CHECK ((public_key ~ '^[0-9a-f]{64}$'::text))
);

create table sessions (
  id text not null,
  member_id text not null,
  public_id text not null,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  user_agent text not null,
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_public_id_key UNIQUE (public_id),
  constraint sessions_member_id_fkey FOREIGN KEY (member_id) REFERENCES accounts(member_id) ON DELETE CASCADE
);
CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_member ON public.sessions USING btree (member_id);

create table work_materials (
  work_id text not null,
  sha256 text not null,
  media_type text not null,
  frames integer not null,
  width integer not null,
  height integer not null,
  milliseconds integer,
  constraint work_materials_pkey PRIMARY KEY (work_id),
  constraint work_materials_work_id_fkey FOREIGN KEY (work_id) REFERENCES works(id),
  constraint work_materials_check CHECK (((frames > 1) = (milliseconds IS NOT NULL))),
  constraint work_materials_frames_check CHECK (((frames >= 1) AND (frames <= 48))),
  constraint work_materials_height_check CHECK (((height >= 1) AND (height <= 512))),
  constraint work_materials_media_type_check CHECK ((media_type = ANY (ARRAY['image/png'::text, 'image/webp'::text]))),
  constraint work_materials_milliseconds_check CHECK ((milliseconds > 0)),
  constraint work_materials_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint work_materials_width_check CHECK (((width >= 1) AND (width <= 512)))
);

create table workers (
  id text not null,
  name text not null,
  token_sha256 bytea not null,
  added_by text,
  created_at timestamp with time zone not null,
  last_seen timestamp with time zone,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  stopped_at timestamp with time zone,
  stopped_expected text,
  stopped_attested text,
  stopped_entry_id text,
  constraint workers_pkey PRIMARY KEY (id),
  constraint workers_token_sha256_key UNIQUE (token_sha256),
  constraint workers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80))),
  constraint workers_stopped_whole CHECK ((((stopped_at IS NULL) = (stopped_expected IS NULL)) AND ((stopped_at IS NULL) = (stopped_attested IS NULL)) AND ((stopped_at IS NULL) = (stopped_entry_id IS NULL)))),
  constraint workers_token_sha256_check CHECK ((length(token_sha256) = 32))
);

create table works (
  id text not null,
  sha256 text not null,
  title text not null,
  author_id text not null,
  keywords text[] not null,
  licence text not null,
  spdx text not null,
  basis text not null,
  source text not null,
  path text,
  media_type text,
  size bigint,
  sanitised_sha256 text,
  pixels_sha256 text,
  dhash text,
  shown_sha256 text,
  width integer,
  height integer,
  entry_id text,
  created_at timestamp with time zone not null,
  constraint works_pkey PRIMARY KEY (id),
  constraint works_sha256_key UNIQUE (sha256),
  constraint works_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors(id),
  constraint works_basis_check CHECK ((basis = ANY (ARRAY['public_domain_dedication'::text, 'member_consent'::text]))),
  constraint works_check CHECK (((pixels_sha256 IS NULL) = (shown_sha256 IS NULL))),
  constraint works_check1 CHECK (((pixels_sha256 IS NULL) OR (entry_id IS NOT NULL))),
  constraint works_dhash_check CHECK ((dhash ~ '^[0-9a-f]{16}$'::text)),
  constraint works_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX works_author ON public.works USING btree (author_id, id);
CREATE INDEX works_source ON public.works USING btree (source, id);

CREATE OR REPLACE FUNCTION public.ballots_frozen()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from proposals where id = coalesce(new.proposal_id, old.proposal_id) and state <> 'voting') then
    raise exception 'the vote is closed' using errcode = 'restrict_violation';
  end if;
  return coalesce(new, old);
end $function$;

CREATE OR REPLACE FUNCTION public.book_check_balance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  found_legs bigint;
  found_currencies bigint;
  total numeric;
begin
  select count(*), count(distinct currency), sum(amount) into found_legs, found_currencies, total
    from book_postings where entry_id = new.id;
  if found_legs <> new.legs or found_currencies <> 1 or total <> 0 then
    raise exception 'entry % does not balance: % of % postings, % currencies, sum %',
      new.id, found_legs, new.legs, found_currencies, total using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.book_check_postings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (
    select from added left join book_entries e on e.id = added.entry_id
    where e.xid is distinct from pg_current_xact_id() or added.line >= e.legs
  ) then
    raise exception 'a posting belongs to an entry of its own transaction' using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.book_fold(of_account text, of_currency text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into book_balances (account, currency, balance) values (of_account, of_currency, 0) on conflict do nothing;
  perform from book_balances where account = of_account and currency = of_currency for update;
  -- A statement of its own: its snapshot is newer than the lock.
  with taken as (
    delete from book_credits where account = of_account and currency = of_currency returning amount
  )
  update book_balances set balance = balance + (select coalesce(sum(amount), 0) from taken)
    where account = of_account and currency = of_currency and exists (select from taken);
end $function$;

CREATE OR REPLACE FUNCTION public.book_only_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.entry_id <> old.entry_id or new.payload is not null or new.salt is not null then
    raise exception 'a payload can only be erased' using errcode = 'restrict_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.book_record(batch jsonb)
 RETURNS TABLE(hindrance text, what text)
 LANGUAGE plpgsql
AS $function$
declare
  debit record;
  undo record;
begin
  if batch ? 'keys' then
    perform pg_advisory_xact_lock(hashtextextended(key, 7201))
      from (select value as key from jsonb_array_elements_text(batch -> 'keys') order by 1) as keys;
    return query
      select 'replay', e.idempotency_key from book_entries e
      where e.idempotency_key = any (array(select jsonb_array_elements_text(batch -> 'keys')));
    if found then return; end if;
  end if;

  -- Sorted by account, so that two batches never wait for each other crosswise.
  for debit in select * from jsonb_to_recordset(batch -> 'debits') as d (n int, account text, currency text, need bigint, net bigint) loop
    update book_balances b set balance = b.balance + debit.net
      where b.account = debit.account and b.currency = debit.currency and b.balance + debit.need >= 0;
    continue when found;
    perform book_fold(debit.account, debit.currency);
    update book_balances b set balance = b.balance + debit.net
      where b.account = debit.account and b.currency = debit.currency and b.balance + debit.need >= 0;
    continue when found;
    for undo in select * from jsonb_to_recordset(batch -> 'debits') as d (n int, account text, currency text, net bigint)
      where d.n < debit.n loop
      update book_balances b set balance = b.balance - undo.net
        where b.account = undo.account and b.currency = undo.currency;
    end loop;
    return query select 'insufficient_funds', debit.account;
    return;
  end loop;

  with given as materialized (
    select * from jsonb_to_recordset(batch -> 'entries') as e (id text, kind text, "time" timestamptz, actor text,
      subject text, visibility text, commitment text, leaf text, legs smallint, key text, input text, payload text,
      salt text)
  ), written as (
    insert into book_entries
        (id, kind, "time", actor, subject, visibility, commitment, leaf_hash, legs, idempotency_key, input_hash)
      select e.id, e.kind, e."time", e.actor, e.subject, e.visibility,
        decode(e.commitment, 'hex'), decode(e.leaf, 'hex'), e.legs, e.key, decode(e.input, 'hex')
      from given e
  )
  insert into book_payloads (entry_id, payload, salt) select e.id, e.payload, decode(e.salt, 'hex') from given e;
  if batch ? 'postings' then
    insert into book_postings (entry_id, line, account, currency, amount)
      select p.entry, p.line, p.account, p.currency, p.amount
      from jsonb_to_recordset(batch -> 'postings') as p (entry text, line smallint, account text, currency text, amount bigint);
    insert into book_credits (account, currency, amount)
      select c.account, c.currency, c.net
      from jsonb_to_recordset(batch -> 'credits') as c (account text, currency text, net bigint);
  end if;
end $function$;

CREATE OR REPLACE FUNCTION public.book_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: correct by adding an entry', tg_table_name using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.compensation_keeps_promises()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  free text[];
begin
  if tg_op = 'DELETE' then
    raise exception '% rows are never deleted', tg_table_name using errcode = 'restrict_violation';
  end if;
  if tg_table_name = 'calls' then
    free := array['held', 'paid', 'returned', 'reserved', 'closed_at', 'closed_entry_id', 'drawn', 'joining_entry_id',
      'drawn_entry_id'];
    if (to_jsonb(new) - free) <> (to_jsonb(old) - free) then
      raise exception 'the terms of a call never change' using errcode = 'restrict_violation';
    end if;
    if old.closed_at is not null then
      raise exception 'a closed call stays closed' using errcode = 'restrict_violation';
    end if;
    if old.drawn is not null and new.drawn is distinct from old.drawn then
      raise exception 'places are drawn once' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contributions' then
    free := array['body', 'generation', 'hold', 'state', 'decided_by', 'decided_at', 'decision_entry_id', 'panel',
      'drawn_entry_id', 'appeal_by', 'duplicate_of', 'paid'];
    if (to_jsonb(new) - free) <> (to_jsonb(old) - free) then
      raise exception 'a submission never changes' using errcode = 'restrict_violation';
    end if;
    if old.panel is not null and new.panel is distinct from old.panel then
      raise exception 'reviewers are drawn once' using errcode = 'restrict_violation';
    end if;
    if old.state <> 'waiting' and (new.state, new.decided_by, new.decided_at, new.decision_entry_id)
      is distinct from (old.state, old.decided_by, old.decided_at, old.decision_entry_id)
      and not (old.state = 'rejected' and new.state = 'accepted' and new.decided_by = 'appeal') then
      raise exception 'a decision is made once' using errcode = 'restrict_violation';
    end if;
    if coalesce(old.paid, 0) <> 0 and new.paid is distinct from old.paid then
      raise exception 'a piece is paid once' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contribution_reviews' then
    if (to_jsonb(new) - array['reason', 'reason_salt']) <> (to_jsonb(old) - array['reason', 'reason_salt']) then
      raise exception 'a review never changes' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contribution_appeals' then
    free := array['reason', 'state', 'panel', 'answers_by', 'decided_at', 'decided_entry_id'];
    if (to_jsonb(new) - free) <> (to_jsonb(old) - free) or (old.decided_at is not null and new.state <> old.state) then
      raise exception 'an appeal is decided once' using errcode = 'restrict_violation';
    end if;
  elsif tg_table_name = 'contribution_appeal_votes' then
    if (to_jsonb(new) - array['reason']) <> (to_jsonb(old) - array['reason']) then
      raise exception 'a judgement never changes' using errcode = 'restrict_violation';
    end if;
  else
    raise exception '% rows never change', tg_table_name using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION public.policy_chain()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  before_hash text;
begin
  if tg_op <> 'INSERT' then
    raise exception 'policy versions are append-only: a change needs a vote' using errcode = 'restrict_violation';
  end if;
  if new.version > 1 then
    select hash into before_hash from policy_versions where version = new.version - 1;
    if before_hash is distinct from new.previous_hash then
      raise exception 'policy version % does not follow the version before it', new.version
        using errcode = 'check_violation';
    end if;
    if new.proposal_id is not null and not exists (
      select from proposals where id = new.proposal_id and state in ('passed', 'canary', 'enacted', 'reverted')
    ) then
      raise exception 'policy version % has no passed proposal', new.version using errcode = 'check_violation';
    end if;
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.proposal_frozen()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.kind, new.author_id, new.number) is distinct from (old.kind, old.author_id, old.number)
    or (
      (old.voting_opened_at is not null or old.state not in ('draft', 'discussion'))
      and (new.title, new.body, new.patch, new.against_version, new.terms)
        is distinct from (old.title, old.body, old.patch, old.against_version, old.terms)
    )
    or (
      old.voting_opened_at is not null
      and (new.voting_opened_at, new.rule, new.definition, new.recused, new.affected)
        is distinct from (old.voting_opened_at, old.rule, old.definition, old.recused, old.affected)
    )
    or (
      new.voting_closes_at is distinct from old.voting_closes_at
      and old.voting_closes_at is not null
      and (
        new.voting_closes_at is null or new.voting_closes_at < old.voting_closes_at
        or old.extended_at is not null or new.extended_at is null or old.tally is not null
      )
    )
    or (
      old.tally is not null
      and (new.tally, new.winners) is distinct from (old.tally, old.winners)
    ) then
    raise exception 'a proposal is frozen: write another one' using errcode = 'restrict_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.proposal_options_frozen()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' then
    raise exception 'an option is withdrawn, never taken away' using errcode = 'restrict_violation';
  end if;
  if not exists (
    select from proposals
    where id = new.proposal_id and voting_opened_at is null and state in ('draft', 'discussion')
  ) then
    raise exception 'the options of a vote are frozen' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' and (
    (new.proposal_id, new.key, new.number, new.title, new.body, new.patch, new.member_id, new.author_id, new.entry_id)
      is distinct from
      (old.proposal_id, old.key, old.number, old.title, old.body, old.patch, old.member_id, old.author_id, old.entry_id)
    or old.state <> 'put'
  ) then
    raise exception 'an option stands as it was put: put another one' using errcode = 'restrict_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.royalty_months_keep_promises()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' or tg_table_name = 'royalty_counted' then
    raise exception '% rows are never changed or deleted', tg_table_name using errcode = 'restrict_violation';
  end if;
  if tg_table_name = 'royalty_months' then
    if old.shared_at is not null or old.amount <> new.amount or old.currency <> new.currency or old.fund <> new.fund then
      raise exception 'what was set aside for a month never changes' using errcode = 'restrict_violation';
    end if;
  elsif old.amount is not null or new.clips < old.clips or new.works <> old.works then
    raise exception 'what a month was shared by never changes' using errcode = 'restrict_violation';
  end if;
  return new;
end $function$;

CREATE TRIGGER frozen BEFORE INSERT OR DELETE OR UPDATE ON public.ballots FOR EACH ROW EXECUTE FUNCTION ballots_frozen();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.book_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.book_entries FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON public.book_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.legs > 0)) EXECUTE FUNCTION book_check_balance();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.book_leaves FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.book_nodes FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.book_payloads FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER only_erasure BEFORE UPDATE ON public.book_payloads FOR EACH ROW EXECUTE FUNCTION book_only_erasure();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.book_postings FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER with_their_entry AFTER INSERT ON public.book_postings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION book_check_postings();
CREATE TRIGGER call_joins_keep_promises BEFORE DELETE OR UPDATE ON public.call_joins FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER call_rates_keep_promises BEFORE DELETE OR UPDATE ON public.call_rates FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER calls_keep_promises BEFORE DELETE OR UPDATE ON public.calls FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.consents FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER contribution_appeal_votes_keep_promises BEFORE DELETE OR UPDATE ON public.contribution_appeal_votes FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER contribution_appeals_keep_promises BEFORE DELETE OR UPDATE ON public.contribution_appeals FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER contribution_reviews_keep_promises BEFORE DELETE OR UPDATE ON public.contribution_reviews FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER contributions_keep_promises BEFORE DELETE OR UPDATE ON public.contributions FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.credential_chain FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.credentials FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.dataset_items FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.datasets FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER finding_commitments_keep_promises BEFORE DELETE OR UPDATE ON public.finding_commitments FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER fund_reversals_keep_promises BEFORE DELETE OR UPDATE ON public.fund_reversals FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER fund_sources_keep_promises BEFORE DELETE OR UPDATE ON public.fund_sources FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.generation_adapters FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.lineage_adapters FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.output_lineages FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.outputs FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
CREATE TRIGGER chain BEFORE INSERT OR DELETE OR UPDATE ON public.policy_versions FOR EACH ROW EXECUTE FUNCTION policy_chain();
CREATE TRIGGER frozen BEFORE INSERT OR DELETE OR UPDATE ON public.proposal_options FOR EACH ROW EXECUTE FUNCTION proposal_options_frozen();
CREATE TRIGGER frozen BEFORE UPDATE ON public.proposals FOR EACH ROW EXECUTE FUNCTION proposal_frozen();
CREATE TRIGGER royalty_accruals_keep_promises BEFORE DELETE OR UPDATE ON public.royalty_accruals FOR EACH ROW EXECUTE FUNCTION compensation_keeps_promises();
CREATE TRIGGER royalty_counted_keep_promises BEFORE DELETE OR UPDATE ON public.royalty_counted FOR EACH ROW EXECUTE FUNCTION royalty_months_keep_promises();
CREATE TRIGGER royalty_month_models_keep_promises BEFORE DELETE OR UPDATE ON public.royalty_month_models FOR EACH ROW EXECUTE FUNCTION royalty_months_keep_promises();
CREATE TRIGGER royalty_months_keep_promises BEFORE DELETE OR UPDATE ON public.royalty_months FOR EACH ROW EXECUTE FUNCTION royalty_months_keep_promises();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.work_materials FOR EACH STATEMENT EXECUTE FUNCTION book_refuse_change();
