/**
 * What the shipped migration does about the counting trigger in this database: the same text stands in the script in `sql/`, and a
 * test compares the two. One row: `kept` (why, or NULL), `always`, `by_row`, `alone`.
 */
export const counterFit = String.raw`WITH counters AS (
    SELECT t.tgtype, t.tgenabled, t.tgdeferrable, t.tgoldtable, p.prosrc FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
     WHERE t.tgrelid = to_regclass('public.preset_usage') AND NOT t.tgisinternal AND t.tgparentid = 0
       AND (t.tgfoid = to_regprocedure('public.auto_increment_preset_usage_count()') OR t.tgname = 'trigger_auto_increment_preset_usage_count')
  ), subscribed AS (
    -- A subscription brings the records, and not the counts.
    SELECT bool_or(part.records) AND NOT bool_or(NOT part.records) AS alone
      FROM (SELECT true AS records, to_regclass('public.preset_usage')::oid AS oid
            UNION ALL SELECT true, relid FROM pg_catalog.pg_partition_tree(to_regclass('public.preset_usage'))
            UNION ALL SELECT false, to_regclass('public.presets')
            UNION ALL SELECT false, relid FROM pg_catalog.pg_partition_tree(to_regclass('public.presets'))) part
      JOIN pg_catalog.pg_subscription_rel s ON s.srrelid = part.oid
  )
  SELECT (SELECT CASE WHEN bool_or(c.follows) THEN 'events' WHEN bool_or(c.waits) THEN 'deferred' END FROM (
           -- The words decide only where they are code. A deferred trigger also counts a record that comes before its preset.
           SELECT tgtype & 56 <> 0 AND (tgoldtable IS NOT NULL
                    OR regexp_replace(prosrc, '--[^\n]*|/\*([^*]|\*+[^*/])*\*+/|''([^'']|'''')*''', ' ', 'g') ~* '\m(tg_op|old)\M') AS follows,
                  tgdeferrable AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND NOT k.condeferrable
                    AND k.conrelid = to_regclass('public.preset_usage') AND k.confrelid = to_regclass('public.presets')) AS waits
             FROM counters) c) AS kept,
         coalesce(alone, false) OR EXISTS (SELECT FROM counters WHERE tgenabled IN ('A', 'R')) AS always,
         coalesce(alone, false) OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = to_regclass('public.preset_usage') AND c.relkind = 'p')
           OR EXISTS (SELECT FROM counters WHERE tgenabled IN ('A', 'R') AND tgtype & 1 <> 0) AS by_row,
         coalesce(alone, false) AS alone
    FROM subscribed`;

/**
 * Whether the migration's track_preset_usage() fits, and how it finds the user: the same text stands in the script. One row:
 * `user_of`, an expression of the function's variable `subject`, and `misfit`, NULL if the function is installed.
 */
export const trackFit = String.raw`WITH accounts AS (
    -- Not to_regclass(), which is an error for a role that may not use the schema.
    SELECT (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'auth' AND c.relname = 'users') AS oid
  ), own AS (
    SELECT a.attnum, a.attname::text AS name, coalesce(nullif(y.typbasetype, 0), y.oid)::regtype::text AS type, a.attnotnull OR y.typnotnull AS filled,
           (a.attnotnull OR y.typnotnull) AND NOT a.atthasdef AND a.attidentity = '' AND y.typdefault IS NULL AS required
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
     WHERE a.attrelid = to_regclass('public.preset_usage') AND a.attnum > 0 AND NOT a.attisdropped
  ), target AS (
    -- The table that the users of the records are in.
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, k.confkey[1] AS key, cardinality(k.conkey) AS width, u.filled,
           c.oid = (SELECT oid FROM accounts) AS accounts, o.rolname AS reader,
           has_schema_privilege(o.oid, n.oid, 'USAGE') AND has_table_privilege(o.oid, c.oid, 'SELECT')
             AND (NOT c.relrowsecurity OR o.rolsuper OR o.rolbypassrls OR (pg_has_role(o.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity)) AS readable
      FROM own u JOIN pg_catalog.pg_constraint k ON k.conrelid = to_regclass('public.preset_usage') AND k.contype = 'f' AND u.attnum = ANY (k.conkey)
      JOIN pg_catalog.pg_class c ON c.oid = k.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_class r ON r.oid = k.conrelid JOIN pg_catalog.pg_roles o ON o.oid = r.relowner
     WHERE u.name = 'user_id' ORDER BY c.oid = (SELECT oid FROM accounts) DESC NULLS LAST, k.oid LIMIT 1
  ), candidates AS (
    -- Its columns that may hold the subject of a token: those that refer to the accounts, or that a policy compares with it.
    SELECT a.attname AS name, coalesce(nullif(y.typbasetype, 0), y.oid)::regtype::text AS type, a.attnum = t.key AS is_key,
           t.accounts AND a.attnum = t.key AS is_account,
           EXISTS (SELECT FROM pg_catalog.pg_constraint f WHERE f.contype = 'f' AND f.conrelid = t.oid AND f.conkey = ARRAY[a.attnum]
                      AND f.confrelid = (SELECT oid FROM accounts)) AS refers,
           EXISTS (SELECT FROM pg_catalog.pg_policy p, unnest(ARRAY[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)]) x,
                               regexp_replace(quote_ident(a.attname), '(\W)', '\\\1', 'g') q
                    WHERE p.polrelid = t.oid AND x ~ ('auth\.uid\(\)( AS \w+\))? = ' || q || '(\W|$)|(^|\W)' || q || ' = (\( SELECT )?auth\.uid\(\)')) AS compared
      FROM target t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
  ), ranked AS (
    SELECT c.*, CASE
             WHEN is_account OR (is_key AND refers) THEN 0
             WHEN refers AND compared THEN 1
             WHEN refers AND c.name ~ '(^|_)(user|auth|account|profile|member)(_?(user_?)?u?id)?$' THEN 2
             WHEN refers THEN 3
             WHEN compared THEN 4
             -- Nothing says so, but without accounts elsewhere these are the users themselves.
             WHEN is_key AND ((SELECT oid FROM accounts) IS NULL OR NOT t.filled) THEN 5
           END AS rank
      FROM candidates c, target t
  ), chosen AS (
    SELECT r.* FROM ranked r WHERE r.rank = (SELECT min(rank) FROM ranked)
  ), why AS (
    SELECT format('preset_usage has no column %s', w.name) AS misfit
      FROM (VALUES ('id'), ('preset_id'), ('user_id'), ('usage_type'), ('usage_data')) w (name) WHERE w.name NOT IN (SELECT name FROM own)
    UNION ALL
    SELECT format('preset_usage.%s is %s', name, type) FROM own
     WHERE CASE name WHEN 'id' THEN type <> 'uuid' WHEN 'preset_id' THEN type <> 'uuid' WHEN 'user_id' THEN type NOT IN ('uuid', 'text', 'character varying')
             WHEN 'usage_type' THEN type NOT IN ('text', 'character varying') WHEN 'usage_data' THEN type NOT IN ('jsonb', 'json', 'text') END
    UNION ALL
    SELECT format('preset_usage.%s has no default, and track_preset_usage() does not set it', name) FROM own
     WHERE required AND name NOT IN ('preset_id', 'user_id', 'usage_type', 'usage_data')
    UNION ALL
    SELECT format('the foreign key of user_id to %s has %s columns', name, width) FROM target WHERE width > 1
    UNION ALL
    SELECT format('nothing leads from the subject of a token to the users in %s', name) FROM target WHERE width = 1 AND NOT EXISTS (SELECT FROM chosen)
    UNION ALL
    SELECT format('several columns of %s may hold the subject of a token: %s', t.name, string_agg(c.name::text, ', ' ORDER BY c.name::text))
      FROM target t, chosen c WHERE t.width = 1 GROUP BY t.name HAVING count(*) > 1
    UNION ALL
    SELECT format('%s, who owns preset_usage, may not read every row of %s', t.reader, t.name) FROM target t, chosen c
     WHERE t.width = 1 AND NOT t.readable AND NOT c.is_key
    UNION ALL
    SELECT format('%s.%s is %s', t.name, c.name, c.type) FROM target t, chosen c
     WHERE t.width = 1 AND c.type NOT IN ('uuid', 'text', 'character varying')
  )
  SELECT (SELECT CASE coalesce(c.type, u.type) WHEN 'uuid' THEN format('CASE WHEN subject OPERATOR(pg_catalog.~*) %L THEN %s END',
                   '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', x.user_of) ELSE x.user_of END
            FROM own u LEFT JOIN target t ON true LEFT JOIN chosen c ON true,
                 LATERAL (SELECT 'subject' || CASE coalesce(c.type, u.type) WHEN 'uuid' THEN '::pg_catalog.uuid' ELSE '' END AS subject) s,
                 LATERAL (SELECT CASE WHEN c.name IS NULL OR (c.is_key AND (t.filled OR NOT t.readable)) THEN s.subject
                   ELSE format('(SELECT h.%I FROM %s h WHERE h.%I OPERATOR(pg_catalog.=) %s LIMIT 1)',
                     (SELECT k.attname FROM pg_catalog.pg_attribute k WHERE k.attrelid = t.oid AND k.attnum = t.key), t.name, c.name, s.subject) END AS user_of) x
           WHERE u.name = 'user_id' LIMIT 1) AS user_of,
         (SELECT string_agg(misfit, '; ') FROM why) AS misfit`;
