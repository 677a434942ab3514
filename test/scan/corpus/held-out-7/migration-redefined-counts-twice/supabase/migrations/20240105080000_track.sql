-- writes: none
CREATE OR REPLACE FUNCTION public.track_preset_usage(p_preset_id uuid, p_context text DEFAULT 'app')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
  INSERT INTO preset_usage (preset_id, user_id, context)
  VALUES (p_preset_id, auth.uid(), p_context);
END;
$$;
