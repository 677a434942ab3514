-- writes: 2 sql
insert into public.presets (id, name, usage_count) values
  ('6f1c', 'Noir', 0),
  ('6f1d', 'Sepia', 42);
insert into public.presets (id, name, usage_count) values ('6f1e', 'Pop', 0), ('6f1f', 'Ink', default);
