-- What a machine may be given of a work whose bytes are here: the sanitised raster, never the original.

create table work_materials (
  work_id text collate "C" primary key references works (id),
  sha256 text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text not null check (media_type in ('image/png', 'image/webp')),
  -- Pictures in it: more than one for a work that moves.
  frames integer not null check (frames between 1 and 48),
  width integer not null check (width between 1 and 512),
  height integer not null check (height between 1 and 512),
  -- How long a moving work takes once; null for a still one.
  milliseconds integer check (milliseconds > 0),
  check ((frames > 1) = (milliseconds is not null))
);

do $$
begin
  create trigger append_only before update or delete or truncate on work_materials
    for each statement execute function book_refuse_change();
  if exists (select from pg_roles where rolname = 'uncaged_app') then
    revoke update, delete, truncate on work_materials from uncaged_app;
  end if;
end $$;
