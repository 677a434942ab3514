import { type CounterNouns, nounsOfPresets, titled } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { rowsOf } from '../../counter/definition/nouns.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import type { Finding } from '../../counter/finding.ts';
import { searchPathOf } from '../../sql/search-path-setting.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../../trigger/catalog.ts';
import { resolveTable } from '../../trigger/effects/resolve-names.ts';
import { describeType } from '../../trigger/trigger-type.ts';
import { reachedBy } from '../one-sided.ts';
import type { Change, FiringTrigger, Remark, RepairOptions } from '../repair.ts';
import type { RepairFacts } from '../sql/facts.ts';

/** Whether what keeps a count is healthy; a sentence if that could not be judged. */
export type Judged = { healthy: boolean; findings: readonly Finding[] } | string;

/** What speaks against a counter whose counts are set to its records. */
export function doubtedRemarks({ doubts = [] }: CounterDefinition): Remark[] {
  return doubts.map(doubt => ({
    code: 'counter-doubted',
    severity: 'warning',
    message: `A count may be meant to differ from its records. ${doubt}`,
  }));
}

// Fewer may all be wrong by chance.
const fewest = 3;

/** How many rows bear out what was read of a counter, and how many with records do not. */
export interface Agreeing {
  /** Null if none of those with records does. */
  agree: number | null;
  disagree: number;
}

/** That few rows bear out what was read, or none does: what was configured needs no proof, nor does what this console knows. */
export function disagreeingRemarks(
  { source, nouns }: CounterDefinition,
  { agree, disagree }: Agreeing,
): Remark[] {
  if (disagree < fewest || source.kind === 'config' || source.kind === 'built-in') return [];
  if (agree !== null && agree >= disagree) return [];
  const [, records] = nouns.record;
  const said =
    agree === null
      ? `None of the ${rowsOf({ nouns }, disagree)} with ${records} has the count that its ${records} give.`
      : `Only ${rowsOf({ nouns }, agree)} of ${rowsOf({ nouns }, agree + disagree)} ${agree === 1 ? 'has' : 'have'} the count that ${agree === 1 ? 'its' : 'their'} ${records} give.`;
  return [
    {
      code: agree === null ? 'no-row-agrees' : 'few-rows-agree',
      severity: 'warning',
      message: `${said} That may be drift, or not what is counted: look at a few before you confirm.`,
    },
  ];
}

/** What will make the counts wrong again, or is not what it seems. */
export function writersRemarks(
  health: Judged,
  fires: readonly FiringTrigger[],
  { event }: Pick<CounterNouns, 'event'> = nounsOfPresets,
): Remark[] {
  const remarks: Remark[] = [];
  if (typeof health === 'string') {
    remarks.push({
      code: 'trigger-not-judged',
      severity: 'warning',
      message: `Whether the counts will be wrong again is not known. ${health}`,
    });
  } else if (!health.healthy) {
    const [first] = health.findings.filter(({ severity }) => severity === 'error');
    remarks.push({
      code: 'trigger-unhealthy',
      severity: 'warning',
      message: `${titled(event[1])} are not counted correctly, so counts will be wrong again: ${first?.message ?? ''}`,
    });
  }
  const always = fires.filter(trigger => trigger.always);
  if (always.length > 0) {
    remarks.push({
      code: 'always-fires',
      severity: 'info',
      message: `${always.map(({ name }) => name).join(', ')} fires even when triggers are suppressed (ENABLE ALWAYS).`,
    });
  }
  return remarks;
}

/** Rows that the table with the counts lacks and gets; what an undo does with them. */
export function addedRemarks(changes: readonly Change[], { definition, written }: Tables): Remark[] {
  const rows = changes.filter(({ adds = false }) => adds).length;
  if (rows === 0) return [];
  const [one, many] = definition.nouns.row;
  return [
    {
      code: 'rows-added',
      severity: 'info',
      message: `${written.name} has no row for ${rows === 1 ? `1 ${one}` : `${rows} ${many}`}: ${rows === 1 ? 'it is' : 'they are'} added. An undo takes the count back to 0 and leaves the row.`,
    },
  ];
}

/** Triggers that may change a record that is put back. `whyNotSuppress`: why an undo could not suppress them; null if it could. */
export function restoringRemarks(
  catalog: TriggerCatalog,
  { suppressTriggers }: Pick<RepairOptions, 'suppressTriggers'>,
  whyNotSuppress: string | null,
): Remark[] {
  return catalog.triggers.flatMap(trigger => {
    const { name, tableOid, enabled } = trigger;
    const fires = enabled === 'A' || (enabled === 'O' && !suppressTriggers);
    const changed = tableOid === catalog.recordsOid && fires ? changedAsRecordsCome(catalog, trigger) : [];
    if (changed?.length === 0) return [];
    const advice =
      whyNotSuppress === null && enabled === 'O'
        ? ' An undo with --suppress-triggers puts them back exactly as they were.'
        : '';
    const what = changed
      ? `may set ${changed.join(', ')} of records that an undo puts back, so they may not be as they were.`
      : 'fires before each record that an undo puts back, and may change it.';
    return [{ code: 'records-may-change', severity: 'warning', message: `${name} ${what}${advice}` }];
  });
}

/** The columns of records that a trigger sets as records are inserted; null if its text does not show whether it does. */
function changedAsRecordsCome(
  catalog: TriggerCatalog,
  { type, functionOid }: CatalogTrigger,
): string[] | null {
  const { timing, events, level } = describeType(type);
  if (!events.includes('INSERT')) return [];
  const isBefore = timing === 'BEFORE' && level === 'row';
  const bodies = reachedBy(catalog, functionOid);
  const isRead = ({ language, reading }: CatalogFunction) =>
    language !== 'c' && reading.dynamic.length === 0 && reading.problem === null;
  if (isBefore && (bodies.length === 0 || !bodies.every(isRead))) return null;
  const columns = new Set<string>();
  for (const { reading, searchPath, schema } of bodies) {
    if (isBefore) {
      const assigned = reading.fields.filter(({ row }) => row === 'new');
      if (assigned.some(({ column }) => column === null)) return null;
      for (const { column } of assigned) if (column) columns.add(column.name);
    }
    for (const { action, table, columns: set } of reading.writes) {
      const target =
        action === 'update' ? resolveTable(table, searchPathOf(searchPath), catalog, schema) : null;
      if (target?.base !== 'records') continue;
      for (const { name } of set ?? []) columns.add(target.column(name) ?? name);
    }
  }
  return [...columns];
}

/** A reset that does not put records back for a moment before it commits their deletion. */
export function notTriedRemark(why: string): Remark {
  return {
    code: 'undo-not-tried',
    severity: 'warning',
    message: `Whether an undo can put the records back is not tried before they are deleted: ${why}.`,
  };
}

/** What else these writes set off, without knowing its effects. */
export function besidesRemarks(
  { besides }: RepairFacts,
  { deletes, inserts }: { deletes: boolean; inserts: boolean },
): Remark[] {
  return besides
    .filter(({ event }) => event === 'UPDATE' || (event === 'DELETE' ? deletes : inserts))
    .map(({ what, name, table, event }) => ({
      code: `${what}-besides`,
      severity: 'warning',
      message:
        what === 'rule'
          ? `The rule ${name} rewrites each ${event} of ${table}: its effect is not known.`
          : `The trigger ${name} fires too, on ${event} of rows in ${table} only.`,
    }));
}
