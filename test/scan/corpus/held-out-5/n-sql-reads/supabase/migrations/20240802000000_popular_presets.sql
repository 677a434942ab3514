-- writes: none
create index if not exists presets_usage_count_idx on public.presets (usage_count desc);

create or replace view public.popular_presets with (security_invoker = on) as
select id, name, category, usage_count,
       rank() over (partition by category order by usage_count desc) as position
from public.presets
where is_public and usage_count > 0;

create or replace function public.get_trending_presets(p_days integer default 7)
returns table (id uuid, name text, usage_count integer, recent bigint)
language sql stable
as $$
  select p.id, p.name, p.usage_count, count(u.id)
  from public.presets p
  join public.preset_usage u on u.preset_id = p.id
  where u.created_at > now() - make_interval(days => p_days)
  group by p.id
  order by count(u.id) desc, p.usage_count desc
  limit 20;
$$;

create policy "popular presets are visible" on public.presets
  for select using (is_public or usage_count > 100 or auth.uid() = user_id);

update public.presets set is_featured = true where usage_count >= 500;
