-- Who is owed what of a model's pool: weights by member, checkpoints where they change, and what was paid out.

alter table royalty_pools
  -- all works that taught the model, and those of them that are paid for now (S of the index); null before it was weighed
  add column works bigint,
  add column weights bigint,
  add column paid bigint not null default 0,
  add constraint royalty_pools_weighed check ((works is null) = (weights is null) and weights between 0 and works),
  add constraint royalty_pools_pay_what_they_got check (paid between 0 and accrued);

create table royalty_holders (
  model_id text not null,
  currency text not null,
  member_id text not null,
  -- works of the model that are this member's, and those of them that are paid for now
  claimed bigint not null check (claimed > 0),
  weight bigint not null check (weight between 0 and claimed),
  -- the pool's index up to which `carried` counts, and what is owed up to there, in 2^-64 of the smallest coin
  since numeric(60) not null check (since >= 0),
  carried numeric(60) not null check (carried >= 0),
  paid bigint not null default 0,
  -- when it was paid out last, or first weighed
  settled_at timestamptz not null,
  primary key (model_id, currency, member_id),
  foreign key (model_id, currency) references royalty_pools (model_id, currency)
);
create index royalty_holders_member on royalty_holders (member_id);
create index royalty_holders_settled on royalty_holders (settled_at);

-- Datasets in which somebody's share may have changed since it was weighed.
create table holdings_changed (
  dataset_id text collate "C" primary key references datasets (id),
  times bigint not null default 1
);
insert into holdings_changed (dataset_id) select id from datasets where owner_id is null;
