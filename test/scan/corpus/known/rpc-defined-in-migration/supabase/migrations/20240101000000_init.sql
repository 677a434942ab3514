-- writes: 6 migration-counter
create table presets (id uuid primary key, usage_count integer not null default 0);

create or replace function bump(preset uuid) returns void as $$
begin
  update presets set usage_count = usage_count + 1 where id = preset;
end;
$$ language plpgsql security definer;
