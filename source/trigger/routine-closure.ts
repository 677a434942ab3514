import { functionName, trackName } from './expected-names.ts';

/**
 * The routines that may write either table, for a WITH RECURSIVE in which `$1` and `$2` are the two tables and `$3` is the
 * count's name. `near` searches the source text and so finds too many: routines that name the count, a table or a view of
 * one, their callers, and those with dynamic SQL. `called` are the routines that the triggers of both tables call. The
 * parser then decides what they do. Routines of extensions and in C are left out.
 *
 * strpos() comes before the regular expression for whole words, because compiling one takes longer than searching a text.
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
     AND p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('c', 'internal'))
     AND p.oid NOT IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'e')
), called AS (
  SELECT r.oid, r.body FROM routine r
   WHERE r.proname IN ('${functionName}', '${trackName}')
      OR r.oid IN (SELECT tgfoid FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ($1::oid, $2::oid))
  UNION
  SELECT r.oid, r.body FROM called c JOIN routine r ON CASE WHEN strpos(c.body, r.name) > 0 THEN ${hasWord('c.body', 'r.name')} END
), naming AS (
  SELECT r.oid, r.name FROM routine r WHERE EXISTS (SELECT FROM wanted w WHERE strpos(r.body, w.word) > 0)
  UNION
  SELECT r.oid, r.name FROM naming n JOIN routine r ON CASE WHEN strpos(r.body, n.name) > 0 THEN ${hasWord('r.body', 'n.name')} END
), near AS MATERIALIZED (
  SELECT oid FROM naming UNION SELECT oid FROM routine WHERE strpos(body, 'execute') > 0
)`;

function hasWord(text: string, word: string): string {
  return `${text} ~ ('\\m' || regexp_replace(${word}, '(\\W)', '\\\\\\1', 'g') || '\\M')`;
}
