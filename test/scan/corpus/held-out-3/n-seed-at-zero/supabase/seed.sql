-- writes: none
insert into presets (id, name, category, usage_count) values
  (gen_random_uuid(), 'Portrait', 'photo', 0),
  (gen_random_uuid(), 'Street', 'photo', default);

insert into presets (name, category, usage_count)
select t.name, t.category, 0 from starter_templates t;

insert into templates (name, usage_count) values ('Blank', 12);
