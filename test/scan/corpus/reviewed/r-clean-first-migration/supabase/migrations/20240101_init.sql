-- writes: none
create table presets (id uuid primary key, name text not null, usage_count integer not null default 0, last_used_at timestamptz);
comment on column presets.usage_count is 'update presets set usage_count = usage_count + 1 is done by the trigger';
create index on presets (usage_count desc);
insert into presets (id, name, usage_count) values (gen_random_uuid(), 'Portrait', 0);
