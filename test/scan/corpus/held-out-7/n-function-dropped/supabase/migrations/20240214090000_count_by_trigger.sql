-- writes: none
-- Uses are counted by the trigger on preset_usage.
revoke execute on function public.increment_preset_usage(uuid) from authenticated;

drop function if exists public.increment_preset_usage(uuid);

create index if not exists preset_usage_preset_id_created_at_idx
  on preset_usage (preset_id, created_at desc);
