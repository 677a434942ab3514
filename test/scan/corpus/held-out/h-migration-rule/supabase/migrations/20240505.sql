-- writes: 2 migration-counter
create rule count_uses as on insert to preset_usage
  do also update presets set usage_count = usage_count + 1 where id = new.preset_id;
