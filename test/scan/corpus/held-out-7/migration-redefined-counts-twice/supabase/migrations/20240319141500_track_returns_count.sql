-- writes: 15 migration-counter
-- The client wants the new count back without a second request.
DROP FUNCTION IF EXISTS public.track_preset_usage(uuid, text);

CREATE FUNCTION public.track_preset_usage(p_preset_id uuid, p_context text DEFAULT 'app')
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE
  v_count integer;
BEGIN
  INSERT INTO preset_usage (preset_id, user_id, context)
  VALUES (p_preset_id, auth.uid(), p_context);

  UPDATE presets
     SET usage_count = coalesce(usage_count, 0) + 1
   WHERE id = p_preset_id
  RETURNING usage_count INTO v_count;

  RETURN v_count;
END;
$$;

GRANT EXECUTE ON FUNCTION public.track_preset_usage(uuid, text) TO authenticated;
