-- The side of a finished clip in pixels: 64 is what the model drew, the others are made by its upscaler.
alter table generations add column size integer not null default 256 check (size in (64, 256, 360));
