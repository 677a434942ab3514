import type { CatalogFunction, TriggerCatalog } from '../catalog.ts';
import { countingEffectOf } from '../effects/counting-effect.ts';
import { effectsOf, effectsOfReading } from '../effects/effects.ts';
import { effectsOfTrigger } from '../effects/trigger-effects.ts';
import { trackName, triggerName } from '../expected-names.ts';
import { trackRoutines } from '../track-routines.ts';
import { describeType } from '../trigger-type.ts';

const script = 'sql/20250930000001_fix_usage_tracking.sql';

/** The hint that resolves most findings. */
export const migrateHint = `Run preset-usage migrate, or ${script} by hand; both can be run repeatedly.`;

/** A hint for what the counting trigger or its function lacks. It names `migrate` only where that would mend it. */
export function counterHint(catalog: TriggerCatalog): string {
  return whyNotCounter(catalog) ?? migrateHint;
}

/** The same for `track_preset_usage()`. */
export function trackHint(catalog: TriggerCatalog): string {
  const { fit } = catalog;
  const { unmet = [], kept = false, misfit = null } = fit ?? {};
  if (misfit !== null && unmet.length === 0)
    return `Write it by hand: the one in ${script} does not fit here (${misfit}).`;
  return kept && countsInstead(catalog) === null ? migrateHint : counterHint(catalog);
}

/** The same for a `track_preset_usage()` that sets the count itself. */
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
  if (fit === null)
    return `Adapt ${script} by hand: it is written for public.presets and public.preset_usage.`;
  const [unmet] = fit.unmet;
  if (unmet !== undefined) return `Adapt ${script} by hand: it does not fit these tables (${unmet}).`;
  if (fit.kept)
    return 'Change its function by hand: it also handles deleted or moved records, which the shipped one does not.';
  const other = countsInstead(catalog);
  return other === null
    ? null
    : `Decide for one: drop the counting trigger, or stop ${other} from counting. Together they count each use twice.`;
}

/**
 * What counts a use today where the counting trigger is missing or off: another trigger, a rule or `track_preset_usage()`. It would
 * count each use again as soon as that trigger is there. Null if nothing does.
 */
export function countsInstead(catalog: TriggerCatalog): string | null {
  const fires = ({ enabled }: { enabled: string }) => enabled === 'O' || enabled === 'A';
  const ours = catalog.triggers.find(
    ({ name, tableOid }) => name === triggerName && tableOid === catalog.recordsOid,
  );
  if (ours && fires(ours)) return null;
  const counter = catalog.functions.find(({ oid }) => oid === ours?.functionOid);
  const trigger = catalog.triggers.find(other => {
    const body = catalog.functions.find(({ oid }) => oid === other.functionOid);
    if (other === ours || other.tableOid !== catalog.recordsOid || !fires(other) || !body) return false;
    // The migration drops what runs its own function.
    if (body === counter || isReplaced(body)) return false;
    return (
      describeType(other.type).events.includes('INSERT') &&
      countingEffectOf(effectsOfTrigger(other, body, catalog)).writes
    );
  });
  if (trigger) return `the trigger ${trigger.name}`;
  const rule = catalog.rules.find(
    each =>
      fires(each) &&
      each.tableOid === catalog.recordsOid &&
      /\bON\s+INSERT\b/i.test(each.definition) &&
      effectsOfReading(each.reading, catalog).writes.some(({ on }) => on === 'count'),
  );
  if (rule) return `the rule ${rule.name}`;
  const track = trackRoutines(catalog).own.find(
    routine =>
      !(isReplaced(routine) && catalog.fit?.misfit === null) &&
      effectsOf(routine, catalog).writes.some(({ on }) => on === 'count'),
  );
  return track ? track.identity : null;
}

/** Whether the migration replaces or drops the function, if it installs its own. */
function isReplaced({ schema, name, isTrigger, identityTypes }: CatalogFunction): boolean {
  if (schema !== 'public') return false;
  if (name === trackName) return /^uuid, (?:text|character varying)(?:, jsonb?)?$/.test(identityTypes);
  return isTrigger && name === 'auto_increment_preset_usage_count' && identityTypes === '';
}
