-- writes: none
drop trigger old_count on preset_usage;
