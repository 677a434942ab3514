-- writes: 9 migration-counter
-- Called by the mobile app, which has no insert policy on preset_usage.
create or replace function increment_preset_usage_count(p_preset_id uuid)
returns void
language sql
security definer
set search_path = public
as $$
  update presets
  set usage_count = usage_count + 1
  where id = p_preset_id;
$$;

grant execute on function increment_preset_usage_count(uuid) to authenticated;
