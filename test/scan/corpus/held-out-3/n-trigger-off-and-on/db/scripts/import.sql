-- writes: none
begin;
alter table preset_usage disable trigger trg_preset_usage_increment;
insert into preset_usage (preset_id, user_id, used_at) select preset_id, user_id, used_at from staging.preset_usage;
alter table preset_usage enable trigger trg_preset_usage_increment;
commit;
