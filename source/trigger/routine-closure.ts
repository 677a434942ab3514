import { functionName, trackName } from './expected-names.ts';

// The characters that end a name without quotes. Those beyond ASCII can be in one; and a class of letters takes the server longer to
// compile than it takes to search a few bodies.
const noName = "E'[\\x01-/:-@[-^`{-\\x7f]";

/**
 * The routines that may write either table, for a WITH RECURSIVE in which `$1` and `$2` are the two tables and `$3` is the
 * count's name. `near` searches the source text and so finds too many: routines that name the count, a table or a view of
 * one, their callers, and those with dynamic SQL. `called` are the routines that the triggers of both tables call. The
 * parser then decides what they do. Routines of extensions and in C are left out.
 *
 * Each body is cut into its words once, and `mentions` keeps those that name a routine. Searching every body for every name
 * takes seconds where there are thousands; only names that are more than one word are searched for.
 */
export const routineClosure = `shows AS (
  SELECT unnest(ARRAY[$1::oid, $2::oid]) AS oid
  UNION
  SELECT r.ev_class FROM shows s JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN' JOIN pg_class c ON c.oid = r.ev_class AND c.relkind = 'v'
), wanted AS MATERIALIZED (
  SELECT lower(relname) AS word FROM pg_class WHERE oid IN (SELECT oid FROM shows) UNION SELECT lower($3)
), routine AS MATERIALIZED (
  SELECT p.oid, p.proname, lower(p.proname) AS name, lower(CASE WHEN p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END) AS body
    FROM pg_proc p
   WHERE p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND p.prokind IN ('f', 'p')
     -- Neither internal nor in C.
     AND p.prolang NOT IN (12, 13)
     AND p.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'e')
), mentions AS MATERIALIZED (
  SELECT DISTINCT r.oid, r.name, w.word FROM routine r CROSS JOIN LATERAL regexp_split_to_table(r.body, ${noName}+') w (word)
   WHERE w.word IN (SELECT name FROM routine)
  UNION ALL
  SELECT r.oid, r.name, o.word FROM (SELECT DISTINCT name AS word FROM routine WHERE name ~ ${noName}') o JOIN routine r ON strpos(r.body, o.word) > 0
), called AS (
  SELECT r.oid FROM routine r
   WHERE r.proname IN ('${functionName}', '${trackName}')
      OR r.oid IN (SELECT tgfoid FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ($1::oid, $2::oid))
  UNION
  SELECT r.oid FROM called c JOIN mentions m ON m.oid = c.oid JOIN routine r ON r.name = m.word
), naming AS (
  SELECT r.oid, r.name FROM routine r WHERE EXISTS (SELECT FROM wanted w WHERE strpos(r.body, w.word) > 0)
  UNION
  SELECT m.oid, m.name FROM naming n JOIN mentions m ON m.word = n.name
), near AS MATERIALIZED (
  SELECT oid FROM naming UNION SELECT oid FROM routine WHERE strpos(body, 'execute') > 0
)`;
