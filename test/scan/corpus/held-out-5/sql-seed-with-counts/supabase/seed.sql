-- writes: 7 sql
-- Demo content for local development
INSERT INTO public.categories (slug, title) VALUES
  ('portrait', 'Portrait'),
  ('landscape', 'Landscape');

INSERT INTO public.presets (name, category, is_public, usage_count) VALUES
  ('Soft Portrait', 'portrait', true, 128),
  ('Golden Hour', 'landscape', true, 342),
  ('Noir', 'portrait', true, 57),
  ('Draft preset', 'portrait', false, 0);

INSERT INTO public.tags (label, usage_count) VALUES
  ('warm', 12),
  ('film', 30);
