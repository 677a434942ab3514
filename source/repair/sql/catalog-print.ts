import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';

/** What the catalog says about the tables of a counter, a hash of each part. */
export type CatalogPrint = Record<string, string>;

type Named = Pick<Tables, 'presets' | 'written' | 'records' | 'others'>;

/**
 * An SQL expression of type jsonb: a `CatalogPrint`. It holds what decides whether a record comes back unchanged, and
 * what else a write sets off: columns, references both ways, triggers with their functions, rules, policies and
 * partitions. It leaves out what may change at any time without harm: indexes, statistics, rights, names of constraints.
 *
 * Read in a transaction that already holds the locks of its writes and has read its data, the result is valid until that
 * transaction ends. The only exception is a partition attached since: its records are not among those that were read.
 */
export function catalogPrint({ presets, written, records, others }: Named): string {
  const oids = [...new Set([presets.oid, written.oid, records.oid, ...others])];
  const columns = `SELECT concat_ws(' ', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attnotnull,
      a.attgenerated, a.attidentity, d.adbin::text) FROM tree t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE t.root`;
  const constraint = `concat_ws(' ', k.oid, k.contype, k.conrelid, k.confrelid, k.conkey, k.confkey, k.confdeltype, k.confupdtype,
      k.condeferrable, k.condeferred, to_jsonb(k)->>'confdelsetcols', to_jsonb(k)->>'conenforced', k.conbin::text)`;
  // Foreign keys to one of the tables are found through their triggers: their own table has no index for that.
  const references = `SELECT ${constraint} FROM tree t JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype IN ('f', 'c') AND k.conparentid = 0
    UNION SELECT ${constraint} FROM tree t JOIN pg_trigger g ON g.tgrelid = t.oid AND g.tgisinternal JOIN pg_constraint k ON k.oid = g.tgconstraint
     WHERE k.contype = 'f' AND k.conparentid = 0`;
  const triggers = `SELECT concat_ws(' ', g.oid, g.tgname, g.tgtype, g.tgenabled, g.tgattr, g.tgqual::text, encode(g.tgargs, 'hex'), g.tgdeferrable, g.tginitdeferred,
      g.tgoldtable, g.tgnewtable, g.tgfoid, f.prosecdef, f.proconfig, f.prosrc) FROM tree t JOIN pg_trigger g ON g.tgrelid = t.oid
      JOIN pg_proc f ON f.oid = g.tgfoid WHERE NOT g.tgisinternal OR g.tgenabled <> 'O'`;
  const rules = `SELECT concat_ws(' ', w.oid, w.ev_type, w.ev_enabled, w.is_instead, w.ev_qual::text, w.ev_action::text)
      FROM tree t JOIN pg_rewrite w ON w.ev_class = t.oid WHERE t.root`;
  const policies = `SELECT concat_ws(' ', c.oid, c.relrowsecurity, c.relforcerowsecurity) FROM tree t JOIN pg_class c ON c.oid = t.oid WHERE t.root
    UNION ALL SELECT concat_ws(' ', p.oid, p.polcmd, p.polpermissive, p.polroles, p.polqual::text, p.polwithcheck::text)
      FROM tree t JOIN pg_policy p ON p.polrelid = t.oid WHERE t.root`;
  const partitions = `SELECT concat_ws(' ', c.oid, c.relkind, c.relpartbound::text) FROM tree t JOIN pg_class c ON c.oid = t.oid`;
  const names = [presets, written, records].map(
    ({ name }) => `to_regclass('${name.replaceAll("'", "''")}')::oid`,
  );
  const part = (name: string, rows: string) =>
    `'${name}', (SELECT ${hash('x.line')} FROM (${rows}) x (line))`;
  return `(WITH RECURSIVE tree AS (SELECT o AS oid, true AS root FROM unnest(ARRAY[${oids.join(', ')}]::oid[]) o
    UNION SELECT i.inhrelid, false FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid)
  SELECT jsonb_build_object(
    ${part('tables', `SELECT concat_ws(' ', ${names.join(', ')})`)},
    ${part('columns', columns)},
    ${part('constraints', references)},
    ${part('triggers', triggers)},
    ${part('rules', rules)},
    ${part('policies', policies)},
    ${part('partitions', partitions)}))`;
}

function hash(line: string): string {
  return `encode(sha256(convert_to(coalesce(string_agg(${line}, E'\\n' ORDER BY ${line} COLLATE "C"), ''), getdatabaseencoding())), 'hex')`;
}

/** Reads what the catalog says about the tables now. */
export async function readCatalogPrint(reader: Reader, tables: Named): Promise<CatalogPrint> {
  const [row] = (await reader.rows(`SELECT ${catalogPrint(tables)}::text AS print`)) as { print: string }[];
  return JSON.parse(row?.print ?? '{}') as CatalogPrint;
}
