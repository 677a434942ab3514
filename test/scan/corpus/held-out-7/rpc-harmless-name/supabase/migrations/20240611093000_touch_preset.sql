-- writes: 9 migration-counter
-- Called by the gallery when a card is opened in the editor.
create or replace function public.touch_preset(p_id uuid)
returns void
language sql
security definer
set search_path = public
as $$
  update presets
     set last_used_at = now(),
         usage_count  = usage_count + 1
   where id = p_id;
$$;

grant execute on function public.touch_preset(uuid) to authenticated;
