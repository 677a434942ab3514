import type { TriggerCatalog } from '../../catalog.ts';
import type { Writer } from '../../effects/writer.ts';
import { writersIn } from '../../effects/writers.ts';
import { type Keepers, nameOf } from '../keeping.ts';
import type { OtherWriter } from './circumstances.ts';

/**
 * What writes the count beside the triggers that keep it: functions, rules, jobs, and triggers of other tables. `used` are the
 * functions that triggers run.
 */
export function otherWriters(
  catalog: TriggerCatalog,
  { own, otherwise }: Keepers,
  used: ReadonlySet<number>,
): OtherWriter[] {
  const keepers = new Set(
    [...own, ...otherwise].flatMap(({ by }) =>
      by.kind === 'trigger' ? [`${by.trigger.name} on ${by.table.schema}.${by.table.name}`] : [],
    ),
  );
  const functionsOf = new Map(
    catalog.triggers.map(trigger => [
      `${trigger.name} on ${trigger.table}`,
      catalog.functions.find(({ oid }) => oid === trigger.functionOid)?.identity ?? null,
    ]),
  );
  // The two readings of the catalog write the arguments of a function differently.
  const called = new Map(
    own.flatMap(({ by }) => {
      const found =
        by.kind === 'function' ? catalog.functions.find(({ oid }) => oid === by.routine.oid) : undefined;
      return found ? [[found.identity, nameOf(by)] as const] : [];
    }),
  );
  return writersIn(catalog).flatMap(writer => {
    const { kind, name, table, does, fires } = writer;
    const written = does.find(({ on }) => on === 'count');
    if (!written || kind === 'table' || kind === 'view') return [];
    // Nobody can call a function of triggers that no trigger uses.
    const isIdle = catalog.functions.some(
      ({ oid, identity, isTrigger }) => isTrigger && identity === name && !used.has(oid),
    );
    if (kind === 'function' && isIdle) return [];
    if (kind === 'trigger' && isKeeper(writer, catalog, keepers)) return [];
    return [
      {
        kind: kind === 'generated' ? 'generated column' : kind,
        name: called.get(name) ?? name,
        table,
        timing: fires?.timing ?? null,
        events: fires?.events ?? [],
        enabled: fires?.enabled ?? null,
        function: kind === 'trigger' ? (functionsOf.get(`${name} on ${table}`) ?? null) : null,
        how: howOf(written),
      },
    ];
  });
}

function howOf({ column }: Writer['does'][number]): OtherWriter['how'] {
  if (column?.how === 'counts' || column?.how === 'zero') return 'counts';
  return column?.how === 'adds' || column?.how === 'subtracts' ? 'adds' : 'sets';
}

/** Triggers of the records are judged by themselves. */
function isKeeper({ name, table }: Writer, catalog: TriggerCatalog, keepers: ReadonlySet<string>): boolean {
  if (table === catalog.recordsTable) return true;
  return [...keepers].some(each => each === `${name} on ${table?.replaceAll('"', '')}`);
}
