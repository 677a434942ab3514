import type { Reader } from '../../connection/transactions.ts';
import { presetNames } from '../definition/preset-names.ts';
import type { Relation } from '../schema/relation.ts';
import { isTable } from './choose-tables.ts';
import { foldName } from './fold-name.ts';
import { askRelations, type Wanted } from './read-relations.ts';

const { rows, records } = presetNames;

// The usual case: both tables are in the schema under their own names. Found by an index of the catalog.
const usual: Wanted = {
  wanted: 'c.relname::text',
  where: `n.nspname = $1 AND c.relname IN ('${rows}', '${records}')`,
};

// Every other case: the relations of the schema, those that a foreign key joins to them and, if the schema lacks one, those of
// other schemas. At most 20, because there may be a thousand schemas that each have one.
const unusual: Wanted = {
  ctes: `named AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relkind, CASE replace(lower(c.relname), '_', '') WHEN '${foldName(rows)}' THEN '${rows}' ELSE '${records}' END AS wanted
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition
     AND replace(lower(c.relname), '_', '') IN ('${foldName(rows)}', '${foldName(records)}')
     AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
), near AS MATERIALIZED (
  SELECT oid FROM named WHERE nspname = $1
  UNION
  SELECT o.oid FROM pg_constraint k JOIN named m ON m.oid = k.conrelid AND m.nspname = $1 JOIN named o ON o.oid = k.confrelid WHERE k.contype = 'f'
  UNION
  SELECT o.oid FROM pg_constraint k JOIN named m ON m.oid = k.confrelid AND m.nspname = $1 JOIN named o ON o.oid = k.conrelid WHERE k.contype = 'f'
     AND NOT EXISTS (SELECT FROM named m WHERE m.nspname = $1 AND m.wanted = '${records}')
  UNION
  (SELECT o.oid FROM named o WHERE NOT EXISTS (SELECT FROM named m WHERE m.nspname = $1 AND m.wanted = o.wanted) LIMIT 20)
  UNION
  SELECT d.refobjid FROM named v JOIN pg_rewrite w ON w.ev_class = v.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
   WHERE v.nspname = $1 AND v.relkind = 'v'
), `,
  wanted: '(SELECT wanted FROM named WHERE named.oid = c.oid)',
  where: 'c.oid IN (SELECT oid FROM near)',
};

/** Reads the relations that may be the two tables of `schema`; with one statement if both are there under their usual names. */
export async function readCandidates(reader: Reader, schema: string): Promise<Relation[]> {
  const candidates = await askRelations(reader, usual, schema, {});
  return areUsual(candidates) ? candidates : askRelations(reader, unusual, schema, { views: true });
}

/** True if both tables are there, and the records do not refer to presets in another schema. */
function areUsual(candidates: readonly Relation[]): boolean {
  const presets = candidates.find(({ wanted }) => wanted === rows);
  const usage = candidates.find(({ wanted }) => wanted === records);
  if (!presets || !usage || !isTable(presets) || !isTable(usage)) return false;
  const named = usage.references.filter(({ named }) => foldName(named) === foldName(rows));
  return named.length === 0 || named.some(({ table }) => table === presets.oid);
}
