-- writes: 8 migration-counter
create or replace function public.touch_preset(p_id uuid)
returns void
language sql
security definer
set search_path = public
as $$
  update presets
     set usage_count = coalesce(usage_count, 0) + 1,
         last_used_at = now()
   where id = p_id;
$$;

revoke all on function public.touch_preset(uuid) from public;
grant execute on function public.touch_preset(uuid) to authenticated;
