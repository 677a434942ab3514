import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { effectsOfTrigger } from '../effects/trigger-effects.ts';
import { recordsTable, rowsTable, migrationFile as script, triggerName } from '../expected-names.ts';
import { describeType } from '../trigger-type.ts';
import { countsInstead, isReplaced } from './counts-instead.ts';
import { keptReasons } from './fit.ts';

/** The hint that resolves most findings. */
export const migrateHint = `Run preset-usage migrate, or ${script} by hand; both can be run repeatedly.`;

/** A hint for what the counting trigger or its function lacks. It names `migrate` only where that would mend it. */
export function counterHint(catalog: TriggerCatalog): string {
  return whyNotCounter(catalog) ?? migrateHint;
}

/** The same for the function that the application calls for a use. */
export function trackHint(catalog: TriggerCatalog): string {
  const { fit } = catalog;
  const { unmet = [], kept = null, misfit = null } = fit ?? {};
  if (misfit !== null && unmet.length === 0)
    return `Write it by hand: the one in ${script} does not fit here (${misfit}).`;
  return kept !== null && countsInstead(catalog) === null ? migrateHint : counterHint(catalog);
}

/** The same for one that sets the count itself. */
export function countsTooHint(catalog: TriggerCatalog, routine: CatalogFunction): string {
  const byHand = 'Leave the count to the trigger: take the statement that sets it out of this function.';
  return trackHint(catalog) === migrateHint && isReplaced(routine) ? migrateHint : byHand;
}

/** `hint`, or if `migrate` would not mend a fault of the counting trigger here, what to do instead. */
export function orByHand(catalog: TriggerCatalog, hint: string): string {
  return whyNotCounter(catalog) ?? hint;
}

function whyNotCounter(catalog: TriggerCatalog): string | null {
  const { fit } = catalog;
  if (fit === null) return `Adapt ${script} by hand: it is written for ${rowsTable} and ${recordsTable}.`;
  const [unmet] = fit.unmet;
  if (unmet !== undefined) return `Adapt ${script} by hand: it does not fit these tables (${unmet}).`;
  if (fit.kept)
    return `Change its function by hand: ${keptReasons[fit.kept]}, and the shipped one would not.`;
  if (mayFollow(catalog))
    return 'Change its function by hand: it also fires for deleted or changed records, and may count them right.';
  const other = countsInstead(catalog);
  if (other === null) return null;
  return catalog.triggers.some(trigger => isOurs(trigger, catalog))
    ? `Keep one of the two: drop the counting trigger, or stop ${other} from counting. Together they count a use twice.`
    : `If ${other} is meant to count, leave it as it is. If not, stop it from counting first: with the trigger as well, a use counts twice.`;
}

const isOurs = ({ tableOid, name }: CatalogTrigger, { recordsOid }: TriggerCatalog) =>
  tableOid === recordsOid && name === triggerName;

/**
 * Whether a trigger that the migration replaces may be right about more than inserts: it fires for them, and its function does not
 * just add to the count, or cannot be read.
 */
function mayFollow(catalog: TriggerCatalog): boolean {
  return catalog.triggers.some(trigger => {
    const body = catalog.functions.find(({ oid }) => oid === trigger.functionOid);
    if (!body || trigger.tableOid !== catalog.recordsOid || !(isOurs(trigger, catalog) || isReplaced(body)))
      return false;
    if (describeType(trigger.type).events.every(event => event === 'INSERT')) return false;
    const { writes, unreadable, unknownCalls } = effectsOfTrigger(trigger, body, catalog);
    return (
      unreadable.length + unknownCalls.length > 0 ||
      writes.some(({ on, column }) => on === 'count' && column?.how !== 'adds')
    );
  });
}
