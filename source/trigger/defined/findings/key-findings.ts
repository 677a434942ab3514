import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import type { Finding } from '../../../counter/finding.ts';
import type { CatalogTable } from '../../../counters/catalog.ts';
import type { Writing } from '../../../counters/find/writings.ts';
import { one } from '../words.ts';

/** The code of the warning that records do not follow a row whose key changes. */
export const strandedCode = 'key-change-strands';

/**
 * Warns where records refer to their row by a key that may change, and no foreign key takes them along or forbids it: a key that is not
 * the primary one, such as a slug, or one that a function or trigger sets. A trigger of the rows may take them along instead. If
 * records that move are `followed`, they are then counted once more.
 */
export function keyFindings(
  { row, record, nouns }: CounterDefinition,
  records: CatalogTable,
  tables: readonly CatalogTable[],
  writings: readonly Writing[],
  { followed, takesAlong }: { followed: boolean; takesAlong: string | null },
): Finding[] {
  const rows = tables.find(({ schema, name }) => schema === row.schema && name === row.table);
  if (!rows || row.key.length === 0 || record.through) return [];
  const isBound = records.references.some(
    ({ table, columns, targets }) =>
      table === rows.oid &&
      row.key.every((key, place) => columns[targets.indexOf(key)] === record.reference[place]),
  );
  if (isBound) return [];
  if (takesAlong)
    return [
      {
        code: strandedCode,
        severity: followed ? 'warning' : 'info',
        message: `When ${row.key.join(', ')} of ${one(nouns.row)} changes, the trigger ${takesAlong} takes its ${nouns.record[1]} along. ${followed ? 'They are then counted once more, because its count stays too.' : `Its count stays too, so what counts ${nouns.record[1]} that move would count them once more.`}`,
        hint: 'Do not change keys, or run sync afterwards.',
      },
    ];
  const [primary = []] = rows.unique;
  const isPrimary = primary.length === row.key.length && row.key.every(name => primary.includes(name));
  const setter = writings.find(({ outcome }) =>
    outcome.changes.some(
      ({ target, column, verb }) => verb !== 'assign' && target.table === rows && row.key.includes(column),
    ),
  )?.by;
  if (isPrimary && !setter) return [];
  const who = setter && (setter.kind === 'trigger' ? setter.trigger.name : setter.routine.identity);
  return [
    {
      code: strandedCode,
      severity: 'warning',
      message: `When ${row.key.join(', ')} of ${one(nouns.row)} changes, its ${nouns.record[1]} stay with the old one, and its count stays too: no foreign key takes them along.${who ? ` It is set by ${who}.` : ''}`,
      hint: `Refer to ${row.table} by a foreign key with ON UPDATE CASCADE, or by a key that never changes; or run sync afterwards.`,
    },
  ];
}
