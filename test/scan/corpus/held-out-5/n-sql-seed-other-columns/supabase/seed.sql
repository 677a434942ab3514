-- writes: none
-- Local development only. usage_count is left to its default; the trigger counts the rows below.
INSERT INTO public.presets (id, name, category, settings) VALUES
  ('11111111-1111-4111-8111-111111111111', 'Soft Portrait', 'portrait', '{"contrast": 4}'),
  ('22222222-2222-4222-8222-222222222222', 'Golden Hour', 'landscape', '{"warmth": 12}')
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, settings = EXCLUDED.settings;

INSERT INTO public.preset_usage (preset_id, usage_type)
SELECT '11111111-1111-4111-8111-111111111111', 'apply'
FROM generate_series(1, 25);

INSERT INTO public.preset_usage (preset_id, usage_type)
SELECT '22222222-2222-4222-8222-222222222222', 'preview'
FROM generate_series(1, 7);

INSERT INTO public.prompt_templates (title, body, usage_count) VALUES
  ('Product shot', 'A product on a white table', 14);
