-- writes: none
create table preset_usage (
  id uuid primary key default gen_random_uuid(),
  preset_id uuid not null references presets (id) on delete cascade,
  user_id uuid references auth.users (id),
  used_at timestamptz not null default now()
);

create or replace function handle_preset_usage() returns trigger
language plpgsql security definer as $$
begin
  update presets set usage_count = usage_count + 1 where id = new.preset_id;
  return new;
end;
$$;

create trigger on_preset_usage_insert
  after insert on preset_usage
  for each row execute function handle_preset_usage();
