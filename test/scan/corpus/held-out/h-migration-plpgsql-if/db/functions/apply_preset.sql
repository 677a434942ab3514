-- writes: 14 migration-counter
CREATE OR REPLACE FUNCTION apply_preset(_preset uuid, _user uuid)
RETURNS jsonb
LANGUAGE plpgsql
SECURITY DEFINER
AS $function$
DECLARE
  result jsonb;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM presets WHERE id = _preset) THEN
    RAISE EXCEPTION 'no such preset';
  END IF;
  INSERT INTO preset_usage (preset_id, user_id) VALUES (_preset, _user);
  UPDATE presets
  SET usage_count = usage_count + 1
  WHERE id = _preset
  RETURNING to_jsonb(presets.*) INTO result;
  RETURN result;
END;
$function$;
