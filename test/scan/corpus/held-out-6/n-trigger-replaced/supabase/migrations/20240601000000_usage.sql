-- writes: none
create table public.preset_usage (
  id uuid primary key default gen_random_uuid(),
  preset_id uuid not null references public.presets (id) on delete cascade,
  user_id uuid not null references auth.users (id),
  used_at timestamptz not null default now()
);

create function public.auto_increment_preset_usage_count() returns trigger
language plpgsql as $$
begin
  update public.presets set usage_count = usage_count + 1 where id = new.preset_id;
  return new;
end $$;

create trigger trigger_auto_increment_preset_usage_count
  after insert on public.preset_usage
  for each row execute function public.auto_increment_preset_usage_count();
