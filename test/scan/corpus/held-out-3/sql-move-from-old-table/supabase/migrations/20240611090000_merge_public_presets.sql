-- writes: 5 sql
-- Public presets move into the common table.
begin;

insert into public.presets (id, user_id, name, description, parameters, is_public, usage_count, created_at)
select pp.id, pp.author_id, pp.title, pp.description, pp.settings, true, coalesce(pp.usage_count, 0), pp.created_at
from public.public_presets pp
on conflict (id) do nothing;

drop table public.public_presets;

commit;
