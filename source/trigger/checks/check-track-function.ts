import type { Finding } from '../../counter/finding.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { type ColumnMismatch, columnMismatches } from '../effects/column-mismatches.ts';
import { effectsOf } from '../effects/effects.ts';
import { trackName } from '../expected-names.ts';
import { countsTooHint, trackHint } from '../migration/hints.ts';
import { type TrackRoutines, trackRoutines } from '../track-routines.ts';
import { describeType } from '../trigger-type.ts';

/** Whether the routine that the application calls exists, fits the table, and leaves counting to the trigger. */
export function checkTrackFunction(catalog: TriggerCatalog): Finding[] {
  const { own: track, others } = trackRoutines(catalog);
  const [first] = track;
  if (!first) {
    return [
      ...others.map(writesElsewhere),
      {
        code: 'track-missing',
        severity: 'warning',
        message: `There is no function ${trackName}(): the application must insert its records itself.`,
        hint: trackHint(catalog),
      },
    ];
  }
  const findings: Finding[] = [];
  if (!catalog.schemas.includes(first.schema)) {
    findings.push({
      code: 'track-elsewhere',
      severity: 'info',
      message: `${trackName}() is in the schema ${first.schema}, not in the schema of the tables${track.length === 1 ? `: ${first.identity}` : ''}.`,
      hint: 'The application must have that schema in its search_path, or call it with its schema.',
    });
  }
  if (track.length > 1) {
    findings.push({
      code: 'track-overloaded',
      severity: 'info',
      message: `There are ${track.length} routines named ${trackName}: ${listed(track)}.`,
      hint: 'The arguments decide which one a call uses; a simulation says which one it called.',
    });
  }
  for (const routine of track) findings.push(...judgeRoutine(catalog, routine));
  return findings;
}

function writesElsewhere({ routine, table }: TrackRoutines['others'][number]): Finding {
  return {
    code: 'track-of-other-tables',
    severity: 'info',
    message: `${routine.identity} inserts into ${table}, so it is not the function of these tables.`,
    hint: 'Name its own schema with --schema to check it.',
  };
}

function judgeRoutine(catalog: TriggerCatalog, routine: CatalogFunction): Finding[] {
  const { identity, kind, definer, searchPath } = routine;
  const findings = describeMismatches(
    columnMismatches(routine, catalog, null),
    identity,
    'track-does-not-fit',
    'a use made with it',
  );
  const counted = effectsOf(routine, catalog).writes.find(({ on }) => on === 'count');
  if (counted) {
    findings.push({
      code: 'track-counts-too',
      severity: 'error',
      message: `${identity} sets ${catalog.countName} itself, in addition to the trigger${counted.via.length === 0 ? '' : `, by calling ${counted.via.join(', which calls ')}`}: its uses are counted twice.`,
      hint: countsTooHint(catalog, routine),
    });
  }
  if (kind === 'procedure') {
    findings.push({
      code: 'track-is-procedure',
      severity: 'info',
      message: `${identity} is a procedure: it is called with CALL.`,
      hint: "Clients that SELECT from a function, such as Supabase's rpc(), cannot call it.",
    });
  }
  if (definer && searchPath === null) {
    findings.push({
      code: 'track-search-path',
      severity: 'warning',
      message: `${identity} runs as its owner but takes its search_path from the caller.`,
      hint: 'Fix it with ALTER ROUTINE ... SET search_path.',
    });
  }
  return findings;
}

/** Functions of triggers that fire for a use but no longer fit their tables: then no use can be stored. */
export function checkTrackColumns(catalog: TriggerCatalog): Finding[] {
  return catalog.triggers
    .filter(({ enabled, tableOid, type }) => fires(catalog, { enabled, tableOid, type }))
    .flatMap(trigger => {
      const body = catalog.functions.find(({ oid }) => oid === trigger.functionOid);
      if (!body) return [];
      const mismatches = columnMismatches(body, catalog, trigger);
      return describeMismatches(
        mismatches,
        `${body.identity}, which the trigger ${trigger.name} runs,`,
        'trigger-does-not-fit',
        'every use',
      );
    });
}

function fires(
  { recordsOid, presetsOid }: TriggerCatalog,
  { enabled, tableOid, type }: Pick<CatalogTrigger, 'enabled' | 'tableOid' | 'type'>,
): boolean {
  const { events } = describeType(type);
  const on =
    (tableOid === recordsOid && events.includes('INSERT')) ||
    (tableOid === presetsOid && events.includes('UPDATE'));
  return on && (enabled === 'O' || enabled === 'A');
}

function describeMismatches(
  mismatches: readonly ColumnMismatch[],
  who: string,
  code: string,
  what: string,
): Finding[] {
  return mismatches.map(({ table, column, kind }) =>
    kind === 'gone'
      ? {
          code,
          severity: 'error',
          message: `${who} uses the column ${column} of ${table}, which does not exist: ${what} fails (SQLSTATE 42703).`,
          hint: `Add the column to ${table} again, or update the function.`,
        }
      : {
          code: code.replace('does-not-fit', 'leaves-out'),
          severity: 'warning',
          message: `${who} does not set ${table}.${column}, which may not be NULL and has no default: ${what} fails (SQLSTATE 23502).`,
          hint: `Give ${column} a default, or make the function set it.`,
        },
  );
}

function listed(routines: readonly CatalogFunction[]): string {
  return routines.map(({ identity }) => identity).join(', ');
}
