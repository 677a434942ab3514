-- writes: 2 migration-counter
create function add_one_use(p uuid) returns void language sql as 'update presets set usage_count = usage_count + 1 where id = p';
