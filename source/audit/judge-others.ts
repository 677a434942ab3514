import { functionName, trackName } from './expected.ts';
import type { Finding } from './finding.ts';
import { readCounting } from './sql-text.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from './trigger-catalog.ts';
import { describeType } from './trigger-type.ts';

/** What another trigger on either table does to the count. */
export function judgeOther(
  catalog: TriggerCatalog,
  other: CatalogTrigger,
  body: CatalogFunction | undefined,
): Finding[] {
  const fires = other.enabled === 'O' || other.enabled === 'A';
  if (!body || !fires || !readCounting(body.source, catalog.names).writes) return [];
  const { events } = describeType(other.type);
  const onRecords = other.tableOid === catalog.recordsOid;
  if (onRecords && !events.includes('INSERT')) {
    return [
      {
        code: 'trigger-adjusts-count',
        severity: 'warning',
        message: `The trigger ${other.name} on ${other.table} changes usage_count on ${events.join(', ')}.`,
        hint: 'It may keep the count right when records are deleted, or be a second counter: look at its function.',
      },
    ];
  }
  return [
    onRecords
      ? {
          code: 'second-counter',
          severity: 'error',
          message: `The trigger ${other.name} on ${other.table} writes usage_count as well: uses are counted more than once.`,
          hint: `Look at ${body.identity}; if it counts too, DROP TRIGGER ${other.name} ON ${other.table};`,
        }
      : {
          code: 'presets-trigger-writes-count',
          severity: 'warning',
          message: `The trigger ${other.name} on ${other.table} writes usage_count when a preset changes.`,
          hint: `Look at ${body.identity}: it may overwrite what was counted.`,
        },
  ];
}

/** Unique indexes that refuse a further use of a preset. */
export function judgeUniques(catalog: TriggerCatalog): Finding[] {
  return catalog.uniques
    .filter(
      ({ name, columns }) =>
        name === 'idx_preset_usage_daily_unique' || columns.includes(catalog.presetColumn),
    )
    .map(({ name, definition }) => ({
      code: name === 'idx_preset_usage_daily_unique' ? 'daily-limit' : 'unique-limits-uses',
      severity: name === 'idx_preset_usage_daily_unique' ? ('error' as const) : ('warning' as const),
      message: `The unique index ${name} refuses further uses of the same preset: ${definition}`,
      hint: 'Unless a use may really be recorded only once, drop it; the migration drops idx_preset_usage_daily_unique.',
    }));
}

/** Functions that nothing on these tables runs, and that write the count when somebody calls them. */
export function judgeWriters(catalog: TriggerCatalog): Finding[] {
  const known = new Set(catalog.triggers.map(({ functionOid }) => functionOid));
  return catalog.functions
    .filter(({ oid, name }) => !known.has(oid) && name !== trackName && name !== functionName)
    .filter(({ source }) => {
      const { writes, dynamic } = readCounting(source, catalog.names);
      return writes || dynamic;
    })
    .map(({ identity }) => ({
      code: 'other-writer',
      severity: 'warning' as const,
      message: `The function ${identity} writes usage_count beside the trigger.`,
      hint: 'If the application calls it for a use, that use is counted twice: stop calling it, then drop it.',
    }));
}
