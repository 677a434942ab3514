-- writes: none
INSERT INTO public.presets (id, name, usage_count) VALUES
  ('6f1c2f3e-0000-4000-8000-000000000001', 'Golden hour', 0),
  ('6f1c2f3e-0000-4000-8000-000000000002', 'Studio', 0);

INSERT INTO public.preset_usage (preset_id, user_id)
SELECT '6f1c2f3e-0000-4000-8000-000000000001', id FROM auth.users LIMIT 3;
