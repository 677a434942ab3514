-- writes: none
-- The name is older than the trigger on preset_usage, which does the counting now.
create or replace function public.increment_preset_usage(p_preset_id uuid)
returns void
language plpgsql
security definer
set search_path = public
as $$
begin
  if not exists (select 1 from presets where id = p_preset_id and usage_count >= 0) then
    raise exception 'preset % does not exist', p_preset_id;
  end if;

  insert into preset_usage (preset_id, user_id, created_at)
  values (p_preset_id, auth.uid(), now());
end;
$$;
