-- writes: none
-- Nobody but the trigger on preset_usage may change the counter.
create or replace function public.presets_guard_usage_count()
returns trigger
language plpgsql
as $$
begin
  if new.usage_count is distinct from old.usage_count and pg_trigger_depth() < 2 then
    raise exception 'usage_count of preset % is kept by a trigger', old.id
      using hint = 'Insert a row into preset_usage instead of UPDATE presets SET usage_count = usage_count + 1.';
  end if;
  return new;
end;
$$;

create trigger presets_guard_usage_count
  before update of usage_count on public.presets
  for each row execute function public.presets_guard_usage_count();

revoke update (usage_count) on public.presets from anon, authenticated;
