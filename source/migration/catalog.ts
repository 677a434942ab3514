import type { ShippedFunction } from './script.ts';

/** A routine that the migration replaces or drops, from the catalog. */
interface MigratedRoutine {
  /** The function of the migration that it corresponds to. */
  name: string;
  /** Such as `public.track_preset_usage(uuid, text)`. */
  identity: string;
  /** True if it cannot be replaced in place, so that the migration drops it. */
  dropped: boolean;
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
  /** Such as `public.preset_usage`. */
  table: string;
  /** True for the counting trigger itself; false for another one that runs its function. */
  ours: boolean;
  /** True if it equals what the migration would create, whether or not it is enabled. */
  shaped: boolean;
  enabled: 'O' | 'A' | 'R' | 'D';
  definition: string;
  restore: string[];
}

interface MigratedColumn {
  table: 'presets' | 'preset_usage';
  name: string;
  /** The type under a domain. */
  type: string;
  /** True if an INSERT must set it. */
  required: boolean;
}

/** Everything in the catalog that decides what the migration would do here, and whether it could run. */
export interface MigrationCatalog {
  columns: MigratedColumn[];
  triggers: MigratedTrigger[];
  routines: MigratedRoutine[];
  /** `idx_preset_usage_daily_unique`; null if it does not exist. */
  dailyIndex: { definition: string; constraint: boolean } | null;
  /** Tables that cannot have this trigger, such as foreign ones. */
  noTables: string[];
  /** What this role lacks, in words. */
  lacking: string[];
}

/** What the migration would change, in words; empty if everything is already as it would install it. */
export function migrationDifferences(
  { triggers, routines, dailyIndex }: MigrationCatalog,
  shipped: readonly ShippedFunction[],
): string[] {
  const ours = triggers.find(trigger => trigger.ours);
  const found: string[] = [];
  if (!ours) found.push('the counting trigger is missing');
  else if (!ours.shaped) found.push(`the counting trigger differs: ${ours.definition}`);
  if (ours && ours.enabled !== 'O') found.push(`the counting trigger ${enabledWords[ours.enabled]}`);
  for (const { name, table } of triggers.filter(trigger => !trigger.ours)) {
    found.push(`a second trigger runs the counting function: ${name} on ${table}`);
  }
  for (const own of shipped) {
    const existing = routines.filter(({ name }) => name === own.name);
    if (existing.every(({ dropped }) => dropped)) found.push(`the function ${own.name}() is missing`);
    for (const routine of existing) {
      if (routine.dropped) found.push(`there is ${routine.identity} instead of ${own.name}()`);
      else if (differences(routine, own).length > 0)
        found.push(`${routine.identity} differs in ${differences(routine, own).join(', ')}`);
    }
  }
  if (dailyIndex)
    found.push('the index idx_preset_usage_daily_unique refuses a second use of a preset on a day');
  return found;
}

const enabledWords = {
  A: 'fires ALWAYS, on replicated rows too',
  R: 'fires on replicas only',
  D: 'is disabled',
} as const;

function differences(routine: MigratedRoutine, own: ShippedFunction): string[] {
  return [
    routine.source !== own.body && 'its source',
    routine.language !== own.language && `its language (${routine.language})`,
    routine.definer !== own.definer && 'SECURITY DEFINER',
    (routine.settings.length !== 1 || routine.settings[0] !== `search_path=${own.searchPath}`) &&
      `its settings (${routine.settings.join('; ') || 'none'})`,
    !routine.plain && 'its volatility, strictness or cost',
    routine.default !== null && routine.default !== "'{}'::jsonb" && 'the default of a parameter',
    own.name === 'auto_increment_preset_usage_count' && routine.publicMay && 'who may execute it (PUBLIC)',
    routine.handover !== null && `its owner (${routine.owner}, not ${routine.handover})`,
  ].filter(difference => difference !== false);
}

/** Statements to restore by hand what the migration replaces or drops; empty if that is nothing. */
export function replacedDefinitions(
  catalog: MigrationCatalog,
  shipped: readonly ShippedFunction[],
): string[] {
  const { triggers, dailyIndex } = catalog;
  const routines = catalog.routines.filter(
    routine =>
      routine.dropped ||
      shipped.some(own => own.name === routine.name && differences(routine, own).length > 0),
  );
  const changed = triggers.filter(({ ours, shaped, enabled }) => !ours || !shaped || enabled !== 'O');
  const kept = triggers.some(trigger => trigger.ours && !changed.includes(trigger));
  const counter = routines.some(({ name }) => name === 'auto_increment_preset_usage_count');
  // An older function may not work with the migration's trigger, and CREATE TRIGGER replaces nothing.
  const inTheWay = !kept && (counter || changed.length > 0);
  const dropped = new Set(routines.filter(routine => routine.dropped).map(({ name }) => name));
  return [
    ...(inTheWay
      ? ['DROP TRIGGER IF EXISTS trigger_auto_increment_preset_usage_count ON public.preset_usage']
      : []),
    ...(dropped.has('auto_increment_preset_usage_count')
      ? ['DROP FUNCTION IF EXISTS public.auto_increment_preset_usage_count()']
      : []),
    ...(dropped.has('track_preset_usage')
      ? ['DROP FUNCTION IF EXISTS public.track_preset_usage(uuid, text, jsonb)']
      : []),
    ...routines.flatMap(({ restore }) => restore),
    ...changed.flatMap(({ restore }) => restore),
    ...(dailyIndex ? [dailyIndex.definition] : []),
  ];
}

const columns: Record<MigratedColumn['table'], Record<string, RegExp>> = {
  presets: {
    id: /^uuid$/,
    usage_count: /^(?:smallint|integer|bigint|numeric)$/,
    last_used_at: /^timestamp with(?:out)? time zone$/,
  },
  preset_usage: {
    id: /^uuid$/,
    preset_id: /^uuid$/,
    user_id: /^(?:uuid|text|character varying)$/,
    usage_type: /^(?:text|character varying)$/,
    usage_data: /^(?:jsonb?|text)$/,
    created_at: /^timestamp with(?:out)? time zone$/,
  },
};

/** Why the migration, which is written for the application's own tables, does not fit these; empty if it does. */
export function unmetRequirements(catalog: MigrationCatalog): string[] {
  const found = catalog.noTables.map(name => `${name} is not a table of this server`);
  for (const [table, expected] of Object.entries(columns)) {
    const there = catalog.columns.filter(column => column.table === table);
    for (const [name, type] of Object.entries(expected)) {
      const column = there.find(candidate => candidate.name === name);
      if (!column) found.push(`${table} has no column ${name}`);
      else if (!type.test(column.type)) found.push(`${table}.${name} is ${column.type}`);
    }
  }
  const given = ['preset_id', 'user_id', 'usage_type', 'usage_data'];
  for (const { table, name, required } of catalog.columns) {
    if (table === 'preset_usage' && required && !given.includes(name))
      found.push(`preset_usage.${name} has no default, and track_preset_usage() does not set it`);
  }
  if (catalog.dailyIndex?.constraint)
    found.push('idx_preset_usage_daily_unique belongs to a constraint, which must be dropped first');
  return found;
}
