-- writes: none
create table presets_backup as select * from presets;
create table presets as select id, name from old_presets;
create table presets as table old_presets with no data;
create table presets as select id, name, 0 as usage_count from old_presets;
create materialized view popular as select id, usage_count from presets;
select id, usage_count into temp top from presets;
