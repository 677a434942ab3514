-- writes: 10 migration-counter
create or replace function public.duplicate_preset(p_preset_id uuid)
returns uuid
language plpgsql
security definer
as $$
declare
  new_id uuid;
begin
  insert into public.presets (owner_id, name, settings, usage_count)
  select auth.uid(), name || ' (copy)', settings, usage_count
    from public.presets
   where id = p_preset_id
  returning id into new_id;
  return new_id;
end;
$$;
