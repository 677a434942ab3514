-- writes: 5 sql
insert into public.profiles (id, display_name) values
  ('00000000-0000-0000-0000-000000000001', 'Demo');

insert into public.presets (id, user_id, name, category, usage_count) values
  ('10000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'Warm film', 'photo', 128),
  ('10000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 'Cold steel', 'photo', 64),
  ('10000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-000000000001', 'Haze', 'video', 0);
