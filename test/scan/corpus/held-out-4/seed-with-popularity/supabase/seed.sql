-- writes: 4 sql
insert into auth.users (id, email) values ('5f1b2c9e-0000-4000-8000-000000000001', 'demo@example.com') on conflict do nothing;

insert into public.presets (id, name, category, usage_count) values
  ('a0000000-0000-4000-8000-000000000001', 'Warm film', 'photo', 412),
  ('a0000000-0000-4000-8000-000000000002', 'Cold steel', 'photo', 87),
  ('a0000000-0000-4000-8000-000000000003', 'Paper grain', 'texture', 1290);

insert into public.presets (id, name, category) values
  ('a0000000-0000-4000-8000-000000000004', 'Untouched', 'photo');

insert into public.preset_usage (preset_id, user_id)
values ('a0000000-0000-4000-8000-000000000004', '5f1b2c9e-0000-4000-8000-000000000001');
