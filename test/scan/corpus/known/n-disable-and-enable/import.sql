-- writes: none
BEGIN;
ALTER TABLE preset_usage DISABLE TRIGGER USER;
COPY preset_usage (preset_id, created_at) FROM STDIN;
\.
ALTER TABLE preset_usage ENABLE TRIGGER USER;
COMMIT;
