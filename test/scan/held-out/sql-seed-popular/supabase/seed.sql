-- writes: 4 sql
INSERT INTO public.categories (id, name) VALUES (1, 'Portrait'), (2, 'Landscape');

INSERT INTO public.presets (id, category_id, name, usage_count) VALUES
  ('6f1c2f3e-0000-4000-8000-000000000001', 1, 'Golden hour', 1280),
  ('6f1c2f3e-0000-4000-8000-000000000002', 1, 'Studio', 431),
  ('6f1c2f3e-0000-4000-8000-000000000003', 2, 'Fog', 97)
ON CONFLICT (id) DO NOTHING;
