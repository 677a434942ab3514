-- writes: none
-- Counts drifted while the app still wrote usage_count itself; set them to the number of records once.
update public.presets p
set usage_count = (
  select count(*)
  from public.preset_usage u
  where u.preset_id = p.id
);

alter table public.presets alter column usage_count set default 0;
alter table public.presets alter column usage_count set not null;
alter table public.presets add constraint presets_usage_count_positive check (usage_count >= 0);
