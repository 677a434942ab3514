-- writes: none
create table public.presets (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  user_id uuid references auth.users (id) on delete cascade,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

alter table public.presets add column usage_count integer not null default 0;
alter table public.presets add constraint usage_count_not_negative check (usage_count >= 0);

create index presets_by_usage on public.presets (usage_count desc, created_at desc);

comment on column public.presets.usage_count is 'Kept by a trigger on preset_usage. Do not update by hand.';

create view public.popular_presets with (security_invoker = true) as
  select id, name, usage_count, rank() over (order by usage_count desc) as place
    from public.presets
   where usage_count > 0;

create function public.preset_usage_count(p_id uuid) returns integer language sql stable as $$
  select usage_count from public.presets where id = p_id;
$$;

revoke update (usage_count) on public.presets from authenticated;
grant select on public.popular_presets to anon, authenticated;
