import * as z from 'zod/mini';

export const operators = z.object({
  equal: z.string(),
  above: z.string(),
  upTo: z.string(),
  of: z.string(),
  type: z.nullable(z.string()),
});

/**
 * The operators that compare two values, each with its schema: the search_path may find an attacker's. In an extension's
 * schema somebody may have added one for a domain or for two types, which would be a better match. So both values are cast to
 * `type`, which the operators are made for: each operator begins with the cast of the value before it, and `of` is the cast
 * for a column after it. Without a `type` they are PostgreSQL's own; users cannot add to that schema.
 */
export type Operators = z.infer<typeof operators>;

/** The operators of PostgreSQL's own types, for any two of them. */
export const builtIn: Operators = {
  equal: 'OPERATOR(pg_catalog.=)',
  above: 'OPERATOR(pg_catalog.>)',
  upTo: 'OPERATOR(pg_catalog.<=)',
  of: '',
  type: null,
};

/**
 * SQL for the operators that order an index on the type `type` (a row of pg_type), as JSON. NULL if no index can, or if they
 * are PostgreSQL's own. A domain has those of its base type.
 */
export function ownOperators(type: string): string {
  return `(WITH RECURSIVE made (oid, base) AS (
              SELECT ${type}.oid, ${type}.typbasetype UNION ALL SELECT t.oid, t.typbasetype FROM made m JOIN pg_type t ON t.oid = m.base)
            SELECT jsonb_object_agg(CASE m.amopstrategy WHEN 2 THEN 'upTo' WHEN 3 THEN 'equal' ELSE 'above' END,
                     format('::%s OPERATOR(%I.%s)', format_type(k.opcintype, NULL), n.nspname, o.oprname))
                   || jsonb_build_object('type', format_type(k.opcintype, NULL), 'of', '::' || format_type(k.opcintype, NULL))
              FROM pg_opclass k JOIN pg_amop m ON m.amopfamily = k.opcfamily AND m.amoplefttype = k.opcintype AND m.amoprighttype = k.opcintype
              JOIN pg_operator o ON o.oid = m.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
             WHERE k.opcmethod = 403 AND k.opcdefault AND m.amopstrategy IN (2, 3, 5) AND k.opcintype = (SELECT oid FROM made WHERE base = 0)
               AND n.nspname <> 'pg_catalog' GROUP BY k.opcintype)`;
}

/** SQL for IS DISTINCT FROM, which itself would look its operator up by the search_path. */
export function keysDiffer(a: string, b: string): string {
  return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN (${a} IS NULL) OPERATOR(pg_catalog.<>) (${b} IS NULL) ELSE ${a} OPERATOR(pg_catalog.<>) ${b} END`;
}

/** SQL for IS NOT DISTINCT FROM of values of one of PostgreSQL's own types, without the search_path. */
export function keysEqual(a: string, b: string): string {
  return `CASE WHEN ${a} IS NULL THEN ${b} IS NULL ELSE coalesce(${a} OPERATOR(pg_catalog.=) ${b}, false) END`;
}
