-- writes: none
-- Row-level security kept the trigger from counting uses of shared presets.
drop trigger if exists trigger_auto_increment_preset_usage_count on public.preset_usage;

create or replace function public.auto_increment_preset_usage_count() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.presets
     set usage_count = coalesce(usage_count, 0) + 1, last_used_at = new.used_at
   where id = new.preset_id;
  return new;
end $$;

create trigger trigger_auto_increment_preset_usage_count
  after insert on public.preset_usage
  for each row execute function public.auto_increment_preset_usage_count();
