import type { Expression } from '../../../counters/body/expression.ts';
import type { CatalogTable } from '../../../counters/catalog.ts';
import { sumsOf } from '../../../counters/effect/terms.ts';
import type { Writing } from '../../../counters/find/writings.ts';
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
  writings: readonly Writing[] = [],
): OtherWriter[] {
  const keepers = new Set(
    [...own, ...otherwise].flatMap(({ by }) =>
      by.kind === 'trigger'
        ? [
            `${by.trigger.name} on ${by.table.schema}.${by.table.name}`,
            ...(by.trigger.partitions?.made ?? []).map(each => each.replaceAll('"', '')),
          ]
        : [],
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
  const helpers = helpersOf(catalog, own, writings);
  return writersIn(catalog).flatMap(writer => {
    const { kind, name, table, does, fires } = writer;
    const written = does.filter(({ on }) => on === 'count');
    if (written.length === 0 || kind === 'table' || kind === 'view') return [];
    // Nobody can call a function of triggers that no trigger uses.
    const isIdle = catalog.functions.some(
      ({ oid, identity, isTrigger }) => isTrigger && identity === name && !used.has(oid),
    );
    if (kind === 'function' && isIdle) return [];
    if (kind === 'trigger' && (isKeeper(writer, catalog, keepers) || addsNothing(writer, catalog, writings)))
      return [];
    return [
      {
        kind: kind === 'generated' ? 'generated column' : kind,
        name: called.get(name) ?? name,
        table,
        timing: fires?.timing ?? null,
        events: fires?.events ?? [],
        enabled: fires?.enabled ?? null,
        function: kind === 'trigger' ? (functionsOf.get(`${name} on ${table}`) ?? null) : null,
        how: isRoutine(kind) && helpers.has(name) ? 'helps' : howOf(written, writer, catalog),
      },
    ];
  });
}

const isRoutine = (kind: Writer['kind']) => kind === 'function' || kind === 'procedure';

/** The functions and procedures by which triggers that keep the count change it. */
function helpersOf(
  catalog: TriggerCatalog,
  own: Keepers['own'],
  writings: readonly Writing[],
): ReadonlySet<string> {
  const keeping = new Set(own.flatMap(({ by }) => (by.kind === 'trigger' ? [by.trigger] : [])));
  const called = new Set(
    writings.flatMap(({ by, outcome }) =>
      by.kind === 'trigger' && by.trigger.enabled && keeping.has(by.trigger)
        ? outcome.changes.filter(each => isCount(each, catalog)).flatMap(({ within = [] }) => within)
        : [],
    ),
  );
  return new Set(catalog.functions.flatMap(({ oid, identity }) => (called.has(oid) ? [identity] : [])));
}

function isHome({ schema, name }: CatalogTable, { presetsTable }: TriggerCatalog): boolean {
  return `${schema}.${name}` === presetsTable.replaceAll('"', '');
}

function isCount(
  { target, column }: Writing['outcome']['changes'][number],
  catalog: TriggerCatalog,
): boolean {
  return isHome(target.table, catalog) && column === catalog.countName;
}

// Of several writes, the first of these is told: what counts anew after it set the count to 0 repairs it.
const byWeight = ['adds', 'sets', 'counts', 'zero', 'begins'] as const;

function howOf(written: Writer['does'], { fires }: Writer, catalog: TriggerCatalog): OtherWriter['how'] {
  const found = new Set(
    written.map(({ column, action, verb, table }): OtherWriter['how'] => {
      const how = column?.how;
      if (how === 'counts') return 'counts';
      if (how === 'adds' || how === 'subtracts') return 'adds';
      if (how !== 'zero') return 'sets';
      const isOwn = verb === 'assign' && table === catalog.presetsTable;
      const isNew = isOwn && fires?.events.every(event => event === 'INSERT');
      return action === 'insert' || isNew ? 'begins' : 'zero';
    }),
  );
  return byWeight.find(how => found.has(how)) ?? 'sets';
}

/** Triggers of the records are judged by themselves. */
function isKeeper({ name, table }: Writer, catalog: TriggerCatalog, keepers: ReadonlySet<string>): boolean {
  if (table === catalog.recordsTable) return true;
  return [...keepers].some(each => each === `${name} on ${table?.replaceAll('"', '')}`);
}

/** Whether a trigger was read to add 0 to the count and nothing else, such as by a function that adds what it is given. */
function addsNothing(
  { name, table }: Writer,
  catalog: TriggerCatalog,
  writings: readonly Writing[],
): boolean {
  const read = writings.filter(
    ({ by, record }) =>
      by.kind === 'trigger' &&
      by.trigger.name === name &&
      record !== null &&
      `${record.schema}.${record.name}` === table?.replaceAll('"', ''),
  );
  const changes = read.flatMap(({ outcome }) => outcome.changes.filter(each => isCount(each, catalog)));
  const begun = read.flatMap(({ outcome }) =>
    outcome.insertions.flatMap(each =>
      isHome(each.table, catalog) ? each.values.filter(({ column }) => column === catalog.countName) : [],
    ),
  );
  return (
    changes.length > 0 &&
    read.every(
      ({ outcome }) =>
        outcome.dynamic.length === 0 && outcome.problems.length === 0 && outcome.elsewhere.length === 0,
    ) &&
    changes.every(({ value, target, column }) =>
      sumsOf(value, target, column).every(({ kind, terms }) => kind === 'adds' && terms.length === 0),
    ) &&
    begun.every(({ value }) => isZero(value))
  );
}

function isZero(each: Expression): boolean {
  if (each.kind === 'value') return each.value !== null && Number(each.value) === 0;
  return (each.kind === 'extreme' || each.kind === 'coalesce') && each.args.every(isZero);
}
