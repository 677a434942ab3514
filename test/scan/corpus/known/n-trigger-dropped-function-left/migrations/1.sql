-- writes: none
create function old_count() returns trigger language plpgsql as $$
begin update presets set usage_count = usage_count + 1 where id = new.preset_id; return new; end $$;
create trigger old_count after insert on preset_usage for each row execute function old_count();
