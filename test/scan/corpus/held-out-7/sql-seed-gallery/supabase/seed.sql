-- writes: 7 sql
-- Local development data.
INSERT INTO public.categories (id, slug, title) VALUES
  (1, 'portrait', 'Portrait'),
  (2, 'product', 'Product shots');

INSERT INTO public.presets (id, category_id, name, settings, is_public, usage_count) VALUES
  ('5b0f2c0e-1111-4c59-9d8e-0d4b1c6b0001', 1, 'Soft window light', '{"exposure": 0.3}', true, 128),
  ('5b0f2c0e-1111-4c59-9d8e-0d4b1c6b0002', 1, 'Harsh noon', '{"contrast": 12}', true, 41),
  ('5b0f2c0e-1111-4c59-9d8e-0d4b1c6b0003', 2, 'White sweep', '{"whites": 20}', true, 377);

INSERT INTO public.profiles (id, display_name) VALUES
  ('8f8d8a3e-2222-4b1e-8d7e-9b1f0f9b0001', 'Dana')
ON CONFLICT (id) DO NOTHING;
