-- writes: none
DROP TRIGGER IF EXISTS count_uses ON preset_usage;
DROP FUNCTION IF EXISTS count_uses();
