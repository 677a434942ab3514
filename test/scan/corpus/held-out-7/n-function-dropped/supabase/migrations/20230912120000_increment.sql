-- writes: none
create function public.increment_preset_usage(p_preset_id uuid)
returns void language sql as $$
  update presets set usage_count = usage_count + 1 where id = p_preset_id;
$$;
