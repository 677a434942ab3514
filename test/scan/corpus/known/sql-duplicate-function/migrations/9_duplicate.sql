-- writes: 3 migration-counter
create function duplicate_preset(p_id uuid) returns uuid language sql as $$
  insert into presets (name, settings, usage_count)
  select name || ' (copy)', settings, usage_count from presets where id = p_id
  returning id;
$$;
