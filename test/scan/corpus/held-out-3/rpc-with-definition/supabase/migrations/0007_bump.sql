-- writes: 5 migration-counter
create or replace function public.bump_preset(p_id uuid) returns void
language sql security definer set search_path = ''
as $$
  update public.presets set usage_count = usage_count + 1 where id = p_id;
$$;

grant execute on function public.bump_preset(uuid) to authenticated;
