/**
 * The routines that may have to do with either table, for a WITH RECURSIVE in which `$1` and `$2` are both tables and `$3` is
 * the count's name. `near` is generous, because it goes by words in
 * their texts: what names the count, a table or a view that shows one, or puts SQL together, what calls that, what the triggers of both tables call. Only the
 * parser says what any of it does. Extensions' own routines and those in C are left out.
 */
export const routineClosure = `shows AS (
  SELECT unnest(ARRAY[$1::oid, $2::oid]) AS oid
  UNION
  SELECT r.ev_class FROM shows s JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN' JOIN pg_class c ON c.oid = r.ev_class AND c.relkind = 'v'
), shown AS MATERIALIZED (
  SELECT DISTINCT lower(relname) AS name FROM pg_class WHERE oid IN (SELECT oid FROM shows)
), routine AS MATERIALIZED (
  SELECT p.oid, p.proname, p.prorettype, lower(p.body) AS body FROM (
    SELECT p.oid, p.proname, p.prorettype, CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END AS body
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')) p
), word AS MATERIALIZED (
  SELECT oid, lower(proname) AS name, '\\m' || regexp_replace(lower(proname), '(\\W)', '\\\\\\1', 'g') || '\\M' AS pattern FROM routine
), called AS (
  SELECT r.oid, r.body FROM routine r
   WHERE r.proname IN ('auto_increment_preset_usage_count', 'track_preset_usage')
      OR r.oid IN (SELECT tgfoid FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ($1::oid, $2::oid))
  UNION
  SELECT r.oid, r.body FROM called c JOIN word w ON strpos(c.body, w.name) > 0 AND c.body ~ w.pattern JOIN routine r ON r.oid = w.oid
), near AS (
  SELECT r.oid FROM routine r WHERE strpos(r.body, lower($3)) > 0 OR EXISTS (SELECT FROM shown WHERE strpos(r.body, shown.name) > 0) OR r.body ~ '\\mexecute\\M'
  UNION
  SELECT r.oid FROM near n JOIN word w ON w.oid = n.oid
    JOIN routine r ON strpos(r.body, w.name) > 0 AND r.body ~ w.pattern AND r.oid <> n.oid
)`;
