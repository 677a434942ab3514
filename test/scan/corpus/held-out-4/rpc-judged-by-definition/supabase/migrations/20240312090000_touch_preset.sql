-- writes: 4 migration-counter
set check_function_bodies = off;

create or replace function public.touch_preset(p_id uuid) returns void language sql security definer as $$ update public.presets set usage_count = usage_count + 1, last_used_at = now() where id = p_id; $$;

revoke all on function public.touch_preset(uuid) from anon;
grant execute on function public.touch_preset(uuid) to authenticated;
