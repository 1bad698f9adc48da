-- Pictures that come with a report: WebP drawn anew from what was sent, with nothing of its metadata.

create table contribution_attachments (
  id text primary key,
  member_id text not null,
  -- null until it is handed in
  contribution_id text references contributions (id),
  place smallint check (place between 0 and 3),
  sha256 text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- null once its author's words were erased
  webp bytea,
  added_at timestamptz not null,
  check ((contribution_id is null) = (place is null)),
  unique (contribution_id, place)
);
create index contribution_attachments_member on contribution_attachments (member_id);
create index contribution_attachments_stray on contribution_attachments (added_at) where contribution_id is null;
