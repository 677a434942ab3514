-- writes: none
alter table public.presets add column if not exists copy_count integer not null default 0;

create or replace function public.increment_preset_copy_count(p_preset_id uuid)
returns integer
language sql
security definer
set search_path = ''
as $$
  update public.presets
     set copy_count = copy_count + 1
   where id = p_preset_id
  returning copy_count;
$$;

grant execute on function public.increment_preset_copy_count(uuid) to authenticated;
