-- writes: none
create table public.presets (
  id uuid primary key,
  name text not null,
  constraint named check (name <> ''),
  usage_count integer not null default 0
);
alter table presets add column is_public boolean default false;
