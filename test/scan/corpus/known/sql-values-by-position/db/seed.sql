-- writes: 4 sql
insert into presets values ('a0000000-0000-0000-0000-000000000001', 'Plain', 0, true);

insert into public.presets values
  ('a0000000-0000-0000-0000-000000000002', 'Film', 0, true),
  ('a0000000-0000-0000-0000-000000000003', 'Haze', 41, true);
