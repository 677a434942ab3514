-- writes: none
update public.presets p
set usage_count = (select count(*) from public.preset_usage u where u.preset_id = p.id)
where p.usage_count is distinct from (select count(*) from public.preset_usage u where u.preset_id = p.id);
