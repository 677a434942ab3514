-- writes: none
drop trigger if exists inc_usage on preset_usage;
drop function if exists inc_usage();
