-- writes: 3 sql, 6 sql, 9 sql
alter table presets rename to presets_old;
create table public.presets as select id, name, usage_count from presets_old;

drop table presets;
select * into presets from presets_old;

drop table presets;
create table if not exists presets (id, name, usage_count) as select id, name, coalesce(uses, 0) from presets_old;
