-- writes: none
create function increment_usage(p uuid) returns void language sql as $$
  insert into preset_usage (preset_id) values (p);
$$;
