-- writes: none
alter table public.presets add column if not exists usage_count integer not null default 0;

create table if not exists public.preset_usage (
  id uuid primary key default gen_random_uuid(),
  preset_id uuid not null references public.presets (id) on delete cascade,
  user_id uuid references auth.users (id) on delete set null,
  usage_type text not null default 'apply',
  created_at timestamptz not null default now()
);

create index if not exists preset_usage_preset_id_idx on public.preset_usage (preset_id);

create or replace function public.increment_preset_usage_count()
returns trigger
language plpgsql
security definer
set search_path = public
as $$
begin
  update public.presets
  set usage_count = usage_count + 1
  where id = new.preset_id;
  return new;
end;
$$;

drop trigger if exists trg_increment_preset_usage on public.preset_usage;
create trigger trg_increment_preset_usage
  after insert on public.preset_usage
  for each row execute function public.increment_preset_usage_count();

comment on column public.presets.usage_count is 'Kept by trg_increment_preset_usage. Do not update by hand.';
