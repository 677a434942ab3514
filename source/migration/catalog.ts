import {
  countingFunction,
  dailyIndexName,
  functionName,
  recordsTable,
  trackFunction,
  trackName,
  trackParameters,
  triggerName,
} from '../trigger/expected-names.ts';
import type { MigrationFit } from '../trigger/migration/fit.ts';
import type { Signature } from './lost-calls.ts';
import type { ShippedFunction } from './script.ts';

/** A routine that the migration replaces or drops, from the catalog. */
interface MigratedRoutine {
  /** The function of the migration that it corresponds to. */
  name: string;
  /** Such as `public.add_use(uuid, text)`. */
  identity: string;
  /** True if it cannot be replaced in place, so that the migration drops it. */
  dropped: boolean;
  signature: Signature;
  source: string;
  language: string;
  definer: boolean;
  settings: string[];
  /** False if it is declared STRICT, STABLE, PARALLEL SAFE or similar, unlike the migration's functions. */
  plain: boolean;
  /** The default of its last parameter, if any. */
  default: string | null;
  publicMay: boolean;
  owner: string;
  /** The owner that a superuser's migration sets; null if it does not change the owner. */
  handover: string | null;
  /** Statements that restore it. */
  restore: string[];
}

/** A trigger that the migration replaces or drops. */
interface MigratedTrigger {
  name: string;
  /** Such as `public.uses`. */
  table: string;
  /** True for the counting trigger itself; false for another one that runs its function. */
  ours: boolean;
  /** True if it equals what the migration would create, whether or not it is enabled. */
  shaped: boolean;
  /** True if it fires on INSERT. */
  inserts: boolean;
  /** True if it fires on anything else. */
  more: boolean;
  /** The statement that restores its comment; null if the migration sets the same. */
  comment: string | null;
  enabled: 'O' | 'A' | 'R' | 'D';
  definition: string;
  restore: string[];
}

/** Everything in the catalog that decides what the migration would do here, and whether it could run. */
export interface MigrationCatalog {
  triggers: MigratedTrigger[];
  routines: MigratedRoutine[];
  /** The definition of the index that allows one use a day; null if it does not exist. */
  dailyIndex: string | null;
  /** What this role lacks, in words. */
  lacking: string[];
}

/** What the migration would change, in words; empty if everything is already as it would install it. */
export function migrationDifferences(
  catalog: MigrationCatalog,
  shipped: readonly ShippedFunction[],
  fit: MigrationFit,
): string[] {
  const { triggers, dailyIndex } = catalog;
  const found = triggerDifferences(triggers, fit);
  for (const own of installed(shipped, fit)) {
    const existing = catalog.routines.filter(({ name }) => name === own.name);
    if (existing.every(({ dropped }) => dropped)) found.push(`the function ${own.name}() is missing`);
    for (const routine of existing) {
      if (routine.dropped) found.push(`there is ${routine.identity} instead of ${own.name}()`);
      else if (differences(routine, own).length > 0)
        found.push(`${routine.identity} differs in ${differences(routine, own).join(', ')}`);
    }
  }
  if (dailyIndex !== null)
    found.push(`the index ${dailyIndexName} refuses a second use of a preset on a day`);
  return found;
}

function triggerDifferences(triggers: readonly MigratedTrigger[], fit: MigrationFit): string[] {
  const ours = triggers.find(trigger => trigger.ours);
  const found: string[] = [];
  const off = ours && offWords(ours.enabled, fit);
  if (fit.kept) {
    if (!triggers.some(({ inserts }) => inserts))
      found.push('no trigger runs the counting function on INSERT');
  } else if (!ours) found.push('the counting trigger is missing');
  else if (!ours.shaped) found.push(`the counting trigger differs: ${ours.definition}`);
  if (off) found.push(`the counting trigger ${off}`);
  if (fit.kept) return found;
  for (const { name, table } of triggers.filter(trigger => !trigger.ours)) {
    found.push(`a second trigger runs the counting function: ${name} on ${table}`);
  }
  return found;
}

/** Why a trigger does not fire whenever it should, in words; null if it does. */
function offWords(enabled: MigratedTrigger['enabled'], { always }: MigrationFit): string | null {
  if (enabled === 'D') return 'is disabled';
  if (enabled === 'R') return 'fires on replicas only';
  return enabled === 'O' && always ? 'does not fire for replicated records' : null;
}

/** The functions that the migration installs here. */
function installed(
  shipped: readonly ShippedFunction[],
  { kept, misfit }: MigrationFit,
): readonly ShippedFunction[] {
  return shipped.filter(
    ({ name }) => !(name === functionName && kept) && !(name === trackName && misfit !== null),
  );
}

function differences(routine: MigratedRoutine, own: ShippedFunction): string[] {
  return [
    routine.source !== own.body && 'its source',
    routine.language !== own.language && `its language (${routine.language})`,
    routine.definer !== own.definer && 'SECURITY DEFINER',
    (routine.settings.length !== 1 || routine.settings[0] !== `search_path=${own.searchPath}`) &&
      `its settings (${routine.settings.join('; ') || 'none'})`,
    !routine.plain && 'its volatility, strictness or cost',
    routine.default !== null && routine.default !== "'{}'::jsonb" && 'the default of a parameter',
    own.name === functionName && routine.publicMay && 'who may execute it (PUBLIC)',
    routine.handover !== null && `its owner (${routine.owner}, not ${routine.handover})`,
  ].filter(difference => difference !== false);
}

/** Statements to restore by hand what the migration replaces or drops; empty if that is nothing. */
export function replacedDefinitions(
  catalog: MigrationCatalog,
  shipped: readonly ShippedFunction[],
  fit: MigrationFit,
): string[] {
  const { triggers, dailyIndex } = catalog;
  const own = installed(shipped, fit);
  const routines = catalog.routines.filter(routine =>
    own.some(
      each => each.name === routine.name && (routine.dropped || differences(routine, each).length > 0),
    ),
  );
  const changed = triggers.filter(
    ({ ours, shaped, enabled }) =>
      (ours && offWords(enabled, fit) !== null) || (!fit.kept && (!ours || !shaped)),
  );
  const kept = triggers.some(trigger => trigger.ours && !changed.includes(trigger));
  const counter = routines.some(({ name }) => name === functionName);
  // An older function may not work with the migration's trigger, and CREATE TRIGGER replaces nothing.
  const inTheWay = !kept && (counter || changed.length > 0);
  const dropped = new Set(routines.filter(routine => routine.dropped).map(({ name }) => name));
  return [
    ...(inTheWay ? [`DROP TRIGGER IF EXISTS ${triggerName} ON ${recordsTable}`] : []),
    ...(dropped.has(functionName) ? [`DROP FUNCTION IF EXISTS ${countingFunction}`] : []),
    ...(dropped.has(trackName)
      ? [`DROP FUNCTION IF EXISTS ${trackFunction}(${trackParameters.map(({ type }) => type).join(', ')})`]
      : []),
    ...routines.flatMap(({ restore }) => restore),
    ...changed.flatMap(({ restore }) => restore),
    ...triggers.flatMap(trigger =>
      trigger.ours && trigger.comment !== null && !fit.kept && !changed.includes(trigger)
        ? [trigger.comment]
        : [],
    ),
    ...(dailyIndex === null ? [] : [dailyIndex]),
  ];
}
