import { unquoted } from '../counter/discovery/unquoted.ts';
import type { Finding } from '../counter/finding.ts';
import type { TriggerCatalog } from '../trigger/catalog.ts';
import type { CounterHealth } from '../trigger/defined/judge.ts';
import type { Writer, WriterEffect } from '../trigger/effects/writer.ts';
import { writersIn } from '../trigger/effects/writers.ts';
import type { WriterEvidence } from './evidence.ts';

const stopsCounting = new Set([
  'trigger-missing',
  'trigger-wrong-table',
  'trigger-disabled',
  'trigger-off-in-partition',
  'trigger-replica-only',
  'trigger-not-on-insert',
  'function-does-not-count',
  'insert-not-counted',
]);

/** Why uses are not counted now, in a sentence, according to the findings of judgeTrigger; null if they are. */
export function whyOff(findings: readonly Finding[]): string | null {
  return findings.find(({ code }) => stopsCounting.has(code))?.message ?? null;
}

/** What certainly counts a use a second time, according to the same findings, in sentences. */
export function countsAgain(findings: readonly Finding[]): string[] {
  return findings.filter(({ code }) => code === 'second-counter').map(({ message }) => message);
}

/** What counts now: see `Evidence`. */
export interface KeepingNow {
  triggerOff: string | null;
  countsAgain: string[];
  /** What loses records of transactions that overlap, in a sentence; null if nothing does. */
  overlaps: string | null;
}

/** What counts any other counter now, by what happens to its count when a record is inserted. */
export function keepingNow({ events, findings }: Pick<CounterHealth, 'events' | 'findings'>): KeepingNow {
  const insert = events.find(({ event }) => event === 'insert');
  const isWrong = insert?.handled === false;
  const off = findings.find(({ code }) => stopsCounting.has(code) && code !== 'trigger-missing');
  return {
    // Where there is no trigger the application may count.
    triggerOff: isWrong && insert.effect === null ? (off?.message ?? null) : null,
    countsAgain: findings
      .filter(({ code }) => code === 'function-counts-twice' || (isWrong && code === 'counts-twice'))
      .map(({ message }) => message),
    overlaps: findings.find(({ code }) => code === 'recount-overlaps')?.message ?? null,
  };
}

/** What the catalog names besides the trigger's findings: see `WriterEvidence`. */
export function writersOf(catalog: TriggerCatalog): WriterEvidence {
  const writers = writersIn(catalog);
  const does = (
    { does: effects }: Writer,
    on: 'count' | 'records',
    what: (effect: WriterEffect) => boolean,
  ) => effects.some(effect => effect.on === on && what(effect));
  const adds = (writer: Writer) => does(writer, 'count', ({ column }) => column?.how === 'adds');
  const subtracts = (writer: Writer) => does(writer, 'count', ({ column }) => column?.how === 'subtracts');
  const stores = (writer: Writer) => does(writer, 'records', ({ action }) => action === 'insert');
  const deletes = (writer: Writer) => does(writer, 'records', ({ action }) => action === 'delete');
  const routines = writers.filter(({ kind }) => kind === 'function' || kind === 'procedure');
  const triggers = writers.filter(
    ({ kind, table, fires }) =>
      kind === 'trigger' && table === catalog.recordsTable && fires !== null && fires.enabled !== 'disabled',
  );
  return {
    addAlone: routines
      .filter(writer => adds(writer) && !stores(writer))
      .map(({ name }) => `${name} adds to the count and stores no record.`),
    deleteRecords: writers
      .filter(writer => writer.kind === 'job' && deletes(writer))
      .map(({ name, fires }) => `The job ${name} deletes records${fires ? ` (${fires.timing})` : ''}.`),
    subtract: triggers
      .filter(writer => subtracts(writer) && writer.fires?.events.includes('DELETE'))
      .map(({ name }) => `The trigger ${name} takes each deleted record off the count.`),
    subtractAlone: routines
      .filter(writer => subtracts(writer) && !deletes(writer))
      .map(({ name }) => `${name} takes something off the count.`),
    countsUpserts: countsUpserts(catalog, triggers.filter(adds)),
    condition: conditionOf(catalog, triggers.filter(adds)),
  };
}

function countsUpserts(
  { uniques, presetColumn }: TriggerCatalog,
  counting: readonly Writer[],
): string | null {
  const index = uniques.find(({ columns }) => columns.includes(presetColumn));
  if (!index) return null;
  const before = counting.find(
    ({ fires }) => fires?.timing === 'BEFORE' && fires.level === 'row' && fires.events.includes('INSERT'),
  );
  if (before)
    return `The trigger ${before.name} fires BEFORE INSERT, so an upsert that meets a record in ${index.name} is counted as well.`;
  const update = counting.find(({ fires }) => fires?.events.includes('UPDATE'));
  return update
    ? `The trigger ${update.name} counts on UPDATE too, so an upsert that meets a record in ${index.name} is counted as well.`
    : null;
}

function conditionOf(catalog: TriggerCatalog, counting: readonly Writer[]): WriterEvidence['condition'] {
  for (const { name, table } of counting) {
    const trigger = catalog.triggers.find(each => each.name === name && each.table === table);
    const when = trigger?.condition ? /\bWHEN \((.*)\) EXECUTE\b/s.exec(trigger.definition)?.[1] : undefined;
    if (when !== undefined)
      return {
        words: `The trigger ${name} counts only records for which ${when} holds.`,
        columns: columnsOf(when),
      };
    const body = catalog.functions.find(({ oid }) => oid === trigger?.functionOid)?.source ?? '';
    // Which records a body leaves out is not read, only which columns its conditions look at.
    const columns = [...body.matchAll(/\bIF\b((?:(?!\bTHEN\b)[^;])*)\bTHEN\b/gi)]
      .flatMap(([, condition = '']) => columnsOf(condition))
      .filter(column => column !== unquoted(catalog.presetColumn));
    if (columns.length > 0)
      return {
        words: `The function of the trigger ${name} has a condition on ${columns.join(', ')}.`,
        columns,
      };
  }
  return null;
}

function columnsOf(condition: string): string[] {
  const found = [...condition.matchAll(/\bNEW\)?\."?(\w+)/gi)].map(([, column = '']) => column.toLowerCase());
  return [...new Set(found)];
}
