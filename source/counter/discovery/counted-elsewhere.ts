import type { Reader } from '../../connection/transactions.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import { presetNames } from '../definition/preset-names.ts';
import type { Relation } from '../schema/relation.ts';

const { records: recordsName, trigger, triggerFunction } = presetNames;

// Of other tenants' schemas the trigger is no concern of these tables.
const text = `
WITH counting AS (
  SELECT t.tgrelid FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
   WHERE NOT t.tgisinternal AND t.tgparentid = 0
     AND (t.tgname = '${trigger}' OR f.proname = '${triggerFunction}')
)
SELECT format('%I.%I', n.nspname, c.relname) AS name FROM counting JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid NOT IN ($1::oid, $2::oid) AND NOT EXISTS (SELECT FROM counting WHERE tgrelid = $2::oid)
   AND NOT EXISTS (SELECT FROM pg_partition_tree($2::oid) p WHERE p.relid = c.oid)
   AND (n.nspname IN ($3, $4) OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = c.oid AND k.confrelid = $1::oid))
 ORDER BY 1 LIMIT 1`;

/**
 * Rejects with `records-elsewhere` (exit code 3) if the counting trigger stands on another table than `records`: a view or a
 * foreign table with the records' name then shows records that nothing counts, and every count would look wrong.
 */
export async function requireCountedHere(
  reader: Reader,
  { presets, records, schema }: { presets: Relation; records: Relation; schema: string },
): Promise<void> {
  const [other] = (await reader.rows(text, [presets.oid, records.oid, schema, records.schema])) as {
    name: string;
  }[];
  if (!other) return;
  throw new ConsoleError({
    code: 'records-elsewhere',
    message: `${recordsName} leads to the records of ${records.name}, but the counting trigger is on ${other.name}.`,
    hint: `Let ${recordsName} show ${other.name}, name the schema that holds it with --schema, or drop the trigger that is left over.`,
    exitCode: exitCodes.unreachable,
  });
}
