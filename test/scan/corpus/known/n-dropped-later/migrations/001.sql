-- writes: none
create function inc_usage() returns trigger language plpgsql as $$
begin update presets set usage_count = usage_count + 1 where id = new.preset_id; return new; end $$;
create trigger inc_usage after insert on preset_usage for each row execute function inc_usage();
