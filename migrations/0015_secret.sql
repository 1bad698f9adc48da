-- Secret votes: the key that signs ballot papers blindly, who got a paper, and ballots that nobody's name stands on.

create table ballot_keys (
  proposal_id text collate "C" primary key references proposals (id),
  -- as JWK writes it
  modulus text collate "C" not null check (length(modulus) = 512),
  -- with fewer ballots than this none is opened
  fewest integer not null check (fewest >= 1),
  -- sealed with a secret of this machine; gone after the close
  private_key bytea
);

create table ballot_papers (
  proposal_id text collate "C" not null references proposals (id),
  member_id text collate "C" not null references members (id),
  blinded_sha256 text collate "C" not null check (blinded_sha256 ~ '^[0-9a-f]{64}$'),
  signed text collate "C" not null,
  entry_id text collate "C" not null,
  primary key (proposal_id, member_id)
);

-- No time, no address, no order of arrival: rows are replaced, and read in the order of their keys.
create table secret_ballots (
  proposal_id text collate "C" not null references proposals (id),
  public_key text collate "C" not null check (public_key ~ '^[0-9a-f]{64}$'),
  ballot jsonb not null,
  primary key (proposal_id, public_key)
);
