-- writes: 2 trigger-disabled
ALTER TABLE public.preset_usage DISABLE TRIGGER USER;

INSERT INTO public.preset_usage (preset_id, user_id, used_at)
SELECT h.preset_id, h.user_id, h.at FROM staging.history h;

ANALYZE public.preset_usage;
