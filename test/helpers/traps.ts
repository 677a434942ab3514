import { randomBytes } from 'node:crypto';
import type { TestDatabase } from './database.ts';

/** The server's error when a trap is called: each trap is the input function of the type `trigger`, which refuses everything. */
export const sprung = 'cannot accept a value of type trigger';

const plant = `
SET LOCAL search_path = pg_catalog, pg_temp;
CREATE SCHEMA traps;
DO $plant$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT format('CREATE FUNCTION traps.%I(%s) RETURNS %s LANGUAGE internal AS ''trigger_in''', proname,
                  pg_get_function_arguments(oid), pg_get_function_result(oid)) AS made
      FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'
       AND NOT ('internal'::regtype = ANY (proargtypes) OR prorettype = ANY ('{internal,trigger,event_trigger,language_handler}'::regtype[]))
    UNION ALL
    SELECT format('CREATE FUNCTION traps.%I(int8%s) RETURNS int8 LANGUAGE internal AS ''trigger_in''; CREATE AGGREGATE traps.%I(%s) (SFUNC = traps.%I, STYPE = int8)',
                  '_' || p.proname, CASE WHEN p.pronargs = 0 THEN '' ELSE ', ' || pg_get_function_identity_arguments(p.oid) END,
                  p.proname, CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END, '_' || p.proname)
      FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE p.pronamespace = 'pg_catalog'::regnamespace AND a.aggkind = 'n'
    UNION ALL
    SELECT format('CREATE FUNCTION traps.%I(%s) RETURNS %s LANGUAGE internal AS ''trigger_in''; CREATE OPERATOR traps.%s (%s, FUNCTION = traps.%I)',
                  '_' || oid, concat_ws(', ', l.type, r.type), format_type(oprresult, -1), oprname,
                  concat_ws(', ', 'LEFTARG = ' || l.type, 'RIGHTARG = ' || r.type), '_' || oid)
      FROM pg_operator,
           LATERAL (SELECT CASE WHEN oprleft <> 0 THEN format_type(oprleft, -1) END AS type) l,
           LATERAL (SELECT CASE WHEN oprright <> 0 THEN format_type(oprright, -1) END AS type) r
     WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprcode <> 0 AND oprright <> 0
    UNION ALL
    SELECT format('CREATE TABLE traps.%I (trap integer)', relname) FROM pg_class
     WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
  LOOP
    BEGIN
      EXECUTE found.made;
    EXCEPTION WHEN OTHERS THEN
      -- What only PostgreSQL itself may make, nobody else can put in its place.
      RAISE NOTICE '% for %', SQLERRM, found.made;
    END;
  END LOOP;
  -- The types come last, or what is made after them would be made of them.
  CREATE FUNCTION traps._type() RETURNS boolean LANGUAGE internal AS 'trigger_in';
  FOR found IN SELECT format('CREATE DOMAIN traps.%I AS %I CHECK (traps._type())', typname, typname) AS made
                 FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typname !~ '^_'
  LOOP
    BEGIN
      EXECUTE found.made;
    EXCEPTION WHEN OTHERS THEN
      RAISE NOTICE '% for %', SQLERRM, found.made;
    END;
  END LOOP;
END
$plant$`;

export interface Trapped {
  /** A superuser's URL. Its search_path finds a trap for every name that is not qualified with pg_catalog. */
  url: string;
  role: string;
}

/**
 * Puts a trap in place of every built-in function, aggregate, operator, relation and type of PostgreSQL. Their schema comes before
 * pg_catalog, so a trap is called without being a better match for the arguments, and every lookup by the path is noticed.
 */
export async function setTraps(own: TestDatabase): Promise<Trapped> {
  await plantTraps(own);
  return letIn(own);
}

/** Only the traps: cloning a database that has them is faster than creating them again. */
export async function plantTraps(own: TestDatabase): Promise<void> {
  await own.sql.begin(sql => sql.unsafe(plant).simple());
}

/** Creates a superuser whose search_path leads to the traps of a database. */
export async function letIn(own: TestDatabase): Promise<Trapped> {
  const role = `trapped_${randomBytes(6).toString('hex')}`;
  await own.sql
    .unsafe(
      `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'trapped'; ALTER ROLE ${role} SET search_path = traps, pg_catalog, public`,
    )
    .simple();
  return { url: own.urlAs(role, 'trapped'), role };
}
