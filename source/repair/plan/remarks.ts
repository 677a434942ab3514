import type { TriggerCatalog } from '../../trigger/catalog.ts';
import type { judgeTrigger } from '../../trigger/health.ts';
import { describeType } from '../../trigger/trigger-type.ts';
import type { FiringTrigger, Remark, RepairOptions } from '../repair.ts';
import type { RepairFacts } from '../sql/facts.ts';

/** What will make the counts wrong again, or is not what it looks like. */
export function writersRemarks(
  { healthy, findings }: ReturnType<typeof judgeTrigger>,
  fires: readonly FiringTrigger[],
): Remark[] {
  const remarks: Remark[] = [];
  if (!healthy) {
    const [first] = findings.filter(({ severity }) => severity === 'error');
    remarks.push({
      code: 'trigger-unhealthy',
      severity: 'warning',
      message: `Uses are not counted as they should be, so counts will be wrong again: ${first?.message ?? ''}`,
    });
  }
  const always = fires.filter(trigger => trigger.always);
  if (always.length > 0) {
    remarks.push({
      code: 'always-fires',
      severity: 'info',
      message: `${always.map(({ name }) => name).join(', ')} fires even where triggers are suppressed (ENABLE ALWAYS).`,
    });
  }
  return remarks;
}

/** Triggers that may make another record of the one that is put back. */
export function restoringRemarks(
  { triggers, recordsOid }: TriggerCatalog,
  { suppressTriggers }: RepairOptions,
): Remark[] {
  const changing = triggers.filter(({ tableOid, type, enabled }) => {
    const { timing, events, level } = describeType(type);
    const before = timing === 'BEFORE' && level === 'row' && events.includes('INSERT');
    const fires = enabled === 'A' || (enabled === 'O' && !suppressTriggers);
    return tableOid === recordsOid && before && fires;
  });
  if (changing.length === 0) return [];
  return [
    {
      code: 'records-may-change',
      severity: 'warning',
      message: `${changing.map(({ name }) => name).join(', ')} fires before each record that is put back, and may change it: with --suppress-triggers it comes back exactly as it was.`,
    },
  ];
}

/** What else these writes set off, of which no more is known than that it is there. */
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
          ? `The rule ${name} rewrites each ${event} of ${table}: what comes of that is not known here.`
          : `The trigger ${name} fires too, on the ${event} of rows in ${table} alone.`,
    }));
}
