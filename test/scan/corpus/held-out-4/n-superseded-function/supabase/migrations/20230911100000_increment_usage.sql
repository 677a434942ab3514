-- writes: none
create or replace function public.increment_preset_usage(p_preset_id uuid)
returns void
language plpgsql
security definer
as $$
begin
  update public.presets
     set usage_count = usage_count + 1
   where id = p_preset_id;
end;
$$;
