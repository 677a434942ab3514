import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { countingEffectOf } from '../effects/counting-effect.ts';
import { type Effects, effectsOf, effectsOfReading } from '../effects/effects.ts';
import { effectsOfTrigger } from '../effects/trigger-effects.ts';
import { functionName, trackName, trackTypes, triggerName } from '../expected-names.ts';
import { trackRoutines } from '../track-routines.ts';
import { describeType } from '../trigger-type.ts';

/**
 * What counts a use today that the counting trigger leaves out, because it is missing, off or has a condition: another trigger, a rule
 * or a function, in words. It would count each such use again as soon as the shipped trigger is there. Null if nothing is seen to.
 */
export function countsInstead(catalog: TriggerCatalog): string | null {
  const ours = catalog.triggers.find(
    ({ name, tableOid }) => name === triggerName && tableOid === catalog.recordsOid,
  );
  if (ours && fires(ours)) return leavesOut(ours, catalog) ? storesAndCounts(catalog) : null;
  const counter = catalog.functions.find(({ oid }) => oid === ours?.functionOid);
  const trigger = catalog.triggers.find(other => {
    const body = bodyOf(other, catalog);
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
  return track ? track.identity : storesAndCounts(catalog);
}

/** The same for uses that a proof does not play: what stores a record and adds it to the count by itself, called by another name. */
export function countsAside(catalog: TriggerCatalog): string | null {
  const ours = catalog.triggers.find(
    ({ name, tableOid }) => name === triggerName && tableOid === catalog.recordsOid,
  );
  return ours && fires(ours) && !leavesOut(ours, catalog) ? null : storesAndCounts(catalog);
}

/** A trigger or a rule of another table or of a view, or a function. */
function storesAndCounts(catalog: TriggerCatalog): string | null {
  const elsewhere = ({ tableOid }: { tableOid: number }) => tableOid !== catalog.recordsOid;
  const trigger = catalog.triggers.find(each => {
    const body = bodyOf(each, catalog);
    return elsewhere(each) && fires(each) && body && doesBoth(effectsOfTrigger(each, body, catalog));
  });
  if (trigger) return `the trigger ${trigger.name}`;
  const rule = catalog.rules.find(
    each => elsewhere(each) && fires(each) && doesBoth(effectsOfReading(each.reading, catalog)),
  );
  if (rule) return `the rule ${rule.name}`;
  const routine = catalog.functions.find(
    each =>
      !each.isTrigger &&
      !(isReplaced(each) && catalog.fit?.misfit === null) &&
      doesBoth(effectsOf(each, catalog)),
  );
  return routine?.identity ?? null;
}

function doesBoth({ writes }: Effects): boolean {
  return (
    writes.some(({ on, action }) => on === 'records' && action === 'insert') &&
    writes.some(({ on, action, column }) => on === 'count' && action !== 'insert' && column?.how === 'adds')
  );
}

/** Whether a trigger that is on may leave uses out today that the shipped one counts. */
function leavesOut(trigger: CatalogTrigger, catalog: TriggerCatalog): boolean {
  if (catalog.fit?.kept) return false;
  if (trigger.condition || !describeType(trigger.type).events.includes('INSERT')) return true;
  return branch.test((bodyOf(trigger, catalog)?.source ?? '').replace(aside, ' '));
}

const aside = /'[^']*'|--[^\n]*|\/\*[\s\S]*?\*\//g;
// The shipped function asks only for its level.
const branch = /(?<!\bend\s+)\b(?:if|case|and|or)\b(?!\s+tg_level\b)/i;

function fires({ enabled }: { enabled: string }): boolean {
  return enabled === 'O' || enabled === 'A';
}

function bodyOf({ functionOid }: CatalogTrigger, catalog: TriggerCatalog): CatalogFunction | undefined {
  return catalog.functions.find(({ oid }) => oid === functionOid);
}

/** Whether the migration replaces or drops the function, if it installs its own. */
export function isReplaced({ schema, name, isTrigger, identityTypes }: CatalogFunction): boolean {
  if (schema !== 'public') return false;
  if (name === trackName) return new RegExp(trackTypes).test(identityTypes);
  return isTrigger && name === functionName && identityTypes === '';
}
