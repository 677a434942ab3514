-- writes: 3 migration-counter
create function add_use(p uuid) returns integer language sql as $$
  update presets set usage_count = usage_count + 1 where id = p returning usage_count;
$$;
