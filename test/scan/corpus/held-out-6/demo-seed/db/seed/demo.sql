-- writes: 9 sql
-- Demo data for sales environments.
BEGIN;

INSERT INTO users (id, email, display_name) VALUES
  ('8d2f6f0a-5a53-4d0c-9a3e-1f3b5a3f0001', 'ana@example.com', 'Ana'),
  ('8d2f6f0a-5a53-4d0c-9a3e-1f3b5a3f0002', 'bo@example.com', 'Bo');

INSERT INTO presets (id, owner_id, name, category, usage_count) VALUES
  ('c4b0f1f6-0a1e-4f43-8a12-7d6f3a9b0001', '8d2f6f0a-5a53-4d0c-9a3e-1f3b5a3f0001', 'Golden hour', 'photo', 412),
  ('c4b0f1f6-0a1e-4f43-8a12-7d6f3a9b0002', '8d2f6f0a-5a53-4d0c-9a3e-1f3b5a3f0001', 'Matte fade', 'photo', 187),
  ('c4b0f1f6-0a1e-4f43-8a12-7d6f3a9b0003', '8d2f6f0a-5a53-4d0c-9a3e-1f3b5a3f0002', 'Podcast voice', 'audio', 93);

INSERT INTO preset_tags (preset_id, tag) VALUES
  ('c4b0f1f6-0a1e-4f43-8a12-7d6f3a9b0001', 'warm'),
  ('c4b0f1f6-0a1e-4f43-8a12-7d6f3a9b0003', 'speech');

COMMIT;
