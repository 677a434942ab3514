import type { Tables } from '../counter/discovery/tables.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import type { TriggerCatalog } from '../trigger/catalog.ts';
import { type Beside, type BesideColumn, besidesOf } from './beside.ts';
import type { Remark } from './repair.ts';
import type { RepairFacts } from './sql/facts.ts';
import type { WrittenTable } from './written-table.ts';

/**
 * The columns of the row that are set back to what they were before records were put back: triggers set them as records come, and
 * nothing sets them as records go or the row is written. What a trigger sets both ways is left to it, because a deletion has
 * already changed it.
 */
export function restoredColumns(
  catalog: TriggerCatalog,
  { written }: Tables,
  { rowColumns }: RepairFacts,
): RepairFacts['restores'] {
  const { coming, going, written: updated } = besidesOf(catalog, [], false);
  const otherwise = [...going, ...updated];
  if (otherwise.some(({ unread }) => unread)) return [];
  const own = (besides: readonly Beside[]) =>
    besides.flatMap(({ columns }) => columns.filter(each => each.isOwn));
  const kept = new Set([
    ...own(otherwise).map(({ name }) => name),
    ...[written.count, ...written.keys.map(({ column }) => column), written.touched ?? written.count].map(
      unquoted,
    ),
    // Setting a column that a trigger watches would fire it.
    ...catalog.triggers
      .filter(({ tableOid }) => tableOid === catalog.presetsOid)
      .flatMap(({ updateOf }) => updateOf.map(unquoted)),
  ]);
  const set = new Set(own(coming).flatMap(({ name, how }) => (how === 'sets' ? [name] : [])));
  return rowColumns.filter(({ name, settable }) => settable && set.has(name) && !kept.has(name));
}

/** What a repair writes, as far as triggers see it. */
interface Fired {
  suppressTriggers: boolean;
  /** The columns of the row that it sets, quoted if necessary. */
  columns: readonly string[];
  deletes: boolean;
  inserts: boolean;
}

/**
 * What an undo does not restore, because triggers write it when records go, come back, or their row is written. The triggers of
 * `others`, to which those triggers write, count too.
 */
export function alsoWritesRemarks(
  catalog: TriggerCatalog,
  others: readonly WrittenTable[],
  { written }: Tables,
  restores: RepairFacts['restores'],
  { suppressTriggers, columns, deletes, inserts }: Fired,
): Remark[] {
  // Triggers of records may set any column of the row.
  const sets = deletes || inserts ? null : columns;
  const { going, coming, written: updated } = besidesOf(catalog, others, suppressTriggers, sets);
  const back = new Set([
    unquoted(written.count),
    unquoted(written.touched ?? written.count),
    ...restores.map(({ name }) => name),
  ]);
  const named = new Map<string, Beside>();
  for (const beside of [...(deletes ? going : []), ...(deletes || inserts ? coming : []), ...updated]) {
    named.set(`${beside.trigger.tableOid} ${beside.trigger.name}`, beside);
  }
  return [...named.values()].flatMap(({ trigger: { name }, columns: all, tables, unread, native }) => {
    const changed = all.filter(each => !(each.isOwn && back.has(each.name)));
    const byPlace = Map.groupBy(changed, ({ table, how }) => `${how} ${table}`);
    return [
      ...[...byPlace.values()].map(each => columnWords(name, each)),
      ...(tables.length > 0
        ? [
            `${name} also writes ${tables.join(', ')}. An undo does not take that back, and may write there again.`,
          ]
        : []),
      ...(unread || native
        ? [
            `What else ${name} writes is not known, because its text does not show it. An undo may not restore it.`,
          ]
        : []),
    ].map((message): Remark => ({ code: 'also-writes', severity: 'warning', message }));
  });
}

/** What is said of columns of one table that a trigger changes in the same way. */
function columnWords(trigger: string, columns: readonly BesideColumn[]): string {
  const [first] = columns;
  const one = columns.length === 1;
  const it = one ? 'it' : 'them';
  const of = `${columns.map(({ name }) => name).join(', ')} of ${first?.table}`;
  switch (first?.how) {
    case 'counts':
      return `${trigger} also counts ${of} anew. An undo does not bring back ${one ? 'a number' : 'numbers'} that ${one ? 'was' : 'were'} wrong before.`;
    case 'limited':
      return `${trigger} also changes ${of} within limits. Where a limit applies, or the value is NULL, an undo may leave another number.`;
    case 'no-null':
      return `${trigger} also counts NULL in ${of} as a number. An undo does not set ${it} back to NULL.`;
    default:
      return `${trigger} may also set ${of}. An undo may not restore ${it}, because the trigger may set ${it} anew.`;
  }
}
