import { readCounting } from './sql-text.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from './trigger-catalog.ts';

export const triggerName = 'trigger_auto_increment_preset_usage_count';
export const functionName = 'auto_increment_preset_usage_count';
export const trackName = 'track_preset_usage';

export type Severity = 'error' | 'warning' | 'info';

/** Something worth knowing, with a way out. Codes are stable: scripts match on them. */
export interface Finding {
  code: string;
  severity: Severity;
  message: string;
  hint: string;
}

/** The contract's words for `tgenabled`. */
export type Enabled = 'origin' | 'always' | 'replica' | 'disabled';

/** The counting trigger, as `trigger --json` prints it; null where there is nothing to say. */
export interface TriggerState {
  name: string;
  table: string | null;
  exists: boolean;
  enabled: Enabled | null;
  timing: string | null;
  events: string[];
  level: 'row' | 'statement' | null;
  function: string | null;
  functionExists: boolean;
  definition: string | null;
}

export interface OtherTrigger {
  name: string;
  table: string;
  timing: string;
  events: string[];
  enabled: Enabled;
  function: string;
}

export interface TriggerHealth {
  /** True where no finding is an error. */
  healthy: boolean;
  trigger: TriggerState;
  findings: Finding[];
  others: OtherTrigger[];
}

const enabledWords = { O: 'origin', A: 'always', R: 'replica', D: 'disabled' } as const;

/** What each state means for a use that the application makes. */
export const enabledMeaning: Record<Enabled, string> = {
  origin: 'fires for every use; not where a replication worker applies changes',
  always: 'fires for every use, and again where a replication worker applies changes',
  replica: 'fires only where a replication worker applies changes: uses of the application are not counted',
  disabled: 'does not fire: uses are not counted',
};

/** Timing and events from the bits of `tgtype`. */
export function describeType(type: number): { timing: string; events: string[]; level: 'row' | 'statement' } {
  const events = [
    [4, 'INSERT'],
    [8, 'DELETE'],
    [16, 'UPDATE'],
    [32, 'TRUNCATE'],
  ] as const;
  return {
    timing: type & 64 ? 'INSTEAD OF' : type & 2 ? 'BEFORE' : 'AFTER',
    events: events.filter(([bit]) => type & bit).map(([, event]) => event),
    level: type & 1 ? 'row' : 'statement',
  };
}

/**
 * Judges from the catalog alone whether a use is counted exactly once. What a function body does is read from its text
 * (see sql-text.ts), so a doubt is a warning and only what must go wrong is an error; `simulate` proves the rest.
 */
export function judgeTrigger(catalog: TriggerCatalog): TriggerHealth {
  const named = catalog.triggers.filter(trigger => trigger.name === triggerName);
  const trigger = named.find(candidate => candidate.tableOid === catalog.recordsOid);
  const functionOf = (candidate: CatalogTrigger) =>
    catalog.functions.find(({ oid }) => oid === candidate.functionOid);
  const others = catalog.triggers.filter(
    candidate =>
      candidate !== trigger &&
      (candidate.tableOid === catalog.recordsOid || candidate.tableOid === catalog.presetsOid),
  );
  const findings = [
    ...(trigger
      ? [...judgeState(trigger), ...judgeShape(trigger), ...judgeFunction(trigger, functionOf(trigger))]
      : judgeAbsence(catalog, named)),
    ...others.flatMap(other => judgeOther(catalog, other, functionOf(other))),
    ...judgeTrack(catalog),
    ...judgeUniques(catalog),
    ...judgeWriters(catalog),
  ];
  const expected = trigger && functionOf(trigger);
  return {
    healthy: findings.every(finding => finding.severity !== 'error'),
    trigger: {
      name: triggerName,
      table: trigger?.table ?? null,
      exists: trigger !== undefined,
      enabled: trigger ? enabledWords[trigger.enabled] : null,
      timing: trigger ? describeType(trigger.type).timing : null,
      events: trigger ? describeType(trigger.type).events : [],
      level: trigger ? describeType(trigger.type).level : null,
      function: expected?.identity ?? null,
      functionExists: hasFunction(catalog),
      definition: trigger?.definition ?? null,
    },
    findings: findings.sort((a, b) => rank[a.severity] - rank[b.severity]),
    others: others.map(other => {
      const { timing, events } = describeType(other.type);
      return {
        name: other.name,
        table: other.table,
        timing,
        events,
        enabled: enabledWords[other.enabled],
        function: functionOf(other)?.identity ?? '?',
      };
    }),
  };
}

const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

const migrate = 'Run the migration sql/20250930000001_fix_usage_tracking.sql; it can be run again and again.';

function hasFunction({ functions, schema: own }: TriggerCatalog): boolean {
  return functions.some(
    ({ name, schema, isTrigger }) => name === functionName && schema === own && isTrigger,
  );
}

function judgeAbsence(catalog: TriggerCatalog, named: CatalogTrigger[]): Finding[] {
  const functionExists = hasFunction(catalog);
  const [elsewhere] = named;
  const found: Finding[] = [
    elsewhere
      ? {
          code: 'trigger-wrong-table',
          severity: 'error',
          message: `The trigger is on ${elsewhere.table}, not on ${catalog.recordsTable}: uses are not counted.`,
          hint: migrate,
        }
      : {
          code: 'trigger-missing',
          severity: 'error',
          message: `${catalog.recordsTable} has no trigger ${triggerName}: uses are not counted.`,
          hint: migrate,
        },
  ];
  if (!functionExists) {
    found.push({
      code: 'function-missing',
      severity: 'error',
      message: `There is no function ${functionName}() either.`,
      hint: migrate,
    });
  }
  return found;
}

function judgeState(trigger: CatalogTrigger): Finding[] {
  switch (trigger.enabled) {
    case 'D':
      return [
        {
          code: 'trigger-disabled',
          severity: 'error',
          message: 'The trigger is disabled: uses are stored but not counted.',
          hint: `ALTER TABLE ${trigger.table} ENABLE TRIGGER ${triggerName}; then look at the counts of the time between.`,
        },
      ];
    case 'R':
      return [
        {
          code: 'trigger-replica-only',
          severity: 'error',
          message:
            'The trigger fires only where a replication worker applies changes: uses of the application are not counted.',
          hint: `ALTER TABLE ${trigger.table} ENABLE TRIGGER ${triggerName};`,
        },
      ];
    case 'A':
      return [
        {
          code: 'trigger-always',
          severity: 'info',
          message: 'The trigger also fires where a replication worker applies changes.',
          hint: 'If presets is replicated to or from here as well, replicated uses are counted twice; ENABLE TRIGGER without ALWAYS prevents it.',
        },
      ];
    case 'O':
      return [];
  }
}

function judgeShape(trigger: CatalogTrigger): Finding[] {
  const { timing, events, level } = describeType(trigger.type);
  const found: Finding[] = [];
  if (timing !== 'AFTER') {
    found.push({
      code: 'trigger-before',
      severity: 'error',
      message: `The trigger fires ${timing} the insert: with ON CONFLICT DO NOTHING it counts uses that are never stored.`,
      hint: migrate,
    });
  }
  if (!events.includes('INSERT')) {
    found.push({
      code: 'trigger-not-on-insert',
      severity: 'error',
      message: `The trigger fires on ${events.join(', ')}, not on INSERT: uses are not counted.`,
      hint: migrate,
    });
  } else if (events.length > 1) {
    found.push({
      code: 'trigger-more-events',
      severity: 'warning',
      message: `The trigger fires on ${events.join(', ')}: a changed or deleted record may count as a use.`,
      hint: 'Unless its function tells the events apart, make it fire on INSERT alone.',
    });
  }
  if (trigger.condition) {
    found.push({
      code: 'trigger-condition',
      severity: 'warning',
      message: 'The trigger has a WHEN condition: uses that do not meet it are stored but not counted.',
      hint: `Look at its definition: ${trigger.definition}`,
    });
  }
  if (level === 'statement' && trigger.newTable === null) {
    found.push({
      code: 'statement-without-transition-table',
      severity: 'error',
      message: 'The trigger fires once per statement but cannot see which records were inserted.',
      hint: migrate,
    });
  }
  if (level === 'row') {
    found.push({
      code: 'trigger-row-level',
      severity: 'info',
      message: 'The trigger fires once per record. Single uses are counted as they should be.',
      hint: 'Inserting many records at once gets slow (its time grows with the square) and can deadlock; the migration has a trigger that fires once per statement.',
    });
  }
  return found;
}

function judgeFunction(trigger: CatalogTrigger, body: CatalogFunction | undefined): Finding[] {
  if (!body) return [];
  const found: Finding[] = [];
  const { level } = describeType(trigger.type);
  const counting = readCounting(body.source);
  if (body.name !== functionName) {
    found.push({
      code: 'function-other',
      severity: 'warning',
      message: `The trigger runs ${body.identity}, not ${functionName}().`,
      hint: 'Look whether that function counts a use exactly once, or run the migration.',
    });
  }
  if (!counting.writes) {
    found.push(
      counting.delegates
        ? {
            code: 'function-unreadable',
            severity: 'warning',
            message: `${body.identity} calls other functions or builds its SQL as it runs, so its text does not tell whether it counts.`,
            hint: 'Make a test use and watch the count.',
          }
        : {
            code: 'function-does-not-count',
            severity: 'error',
            message: `${body.identity} does not set usage_count: uses are stored but not counted.`,
            hint: migrate,
          },
    );
  } else if (counting.adds !== (level === 'row' ? 'one' : 'rows')) {
    found.push({
      code: 'function-counts-otherwise',
      severity: 'warning',
      message: `${body.identity} sets usage_count, but not to itself plus ${level === 'row' ? '1' : 'the number of new records'}.`,
      hint: 'Compare it with the function in the migration, or make a test use and watch the count.',
    });
  }
  if (!body.definer) {
    found.push({
      code: 'function-invoker',
      severity: 'warning',
      message: `${body.identity} runs as whoever inserts: without UPDATE on presets, or under row-level security, a use fails or is not counted.`,
      hint: migrate,
    });
  } else if (body.searchPath === null) {
    found.push({
      code: 'function-search-path',
      severity: 'warning',
      message: `${body.identity} runs as its owner but takes its search_path from the caller.`,
      hint: 'Fix it with ALTER FUNCTION ... SET search_path, or run the migration.',
    });
  }
  return found;
}

function judgeOther(
  catalog: TriggerCatalog,
  other: CatalogTrigger,
  body: CatalogFunction | undefined,
): Finding[] {
  const fires = other.enabled === 'O' || other.enabled === 'A';
  if (!body || !fires || !readCounting(body.source).writes) return [];
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

function judgeTrack(catalog: TriggerCatalog): Finding[] {
  const track = catalog.functions.filter(
    ({ name, schema }) => name === trackName && schema === catalog.schema,
  );
  if (track.length === 0) {
    return [
      {
        code: 'track-missing',
        severity: 'warning',
        message: `There is no function ${trackName}(): the application must insert its records itself.`,
        hint: migrate,
      },
    ];
  }
  return track
    .filter(({ source }) => readCounting(source).writes)
    .map(({ identity }) => ({
      code: 'track-counts-too',
      severity: 'error',
      message: `${identity} sets usage_count itself, beside the trigger: its uses are counted twice.`,
      hint: migrate,
    }));
}

function judgeUniques(catalog: TriggerCatalog): Finding[] {
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

function judgeWriters(catalog: TriggerCatalog): Finding[] {
  const known = new Set(catalog.triggers.map(({ functionOid }) => functionOid));
  return catalog.functions
    .filter(({ oid, name }) => !known.has(oid) && name !== trackName && name !== functionName)
    .filter(({ source }) => {
      const { writes, dynamic } = readCounting(source);
      return writes || dynamic;
    })
    .map(({ identity }) => ({
      code: 'other-writer',
      severity: 'warning' as const,
      message: `The function ${identity} writes usage_count beside the trigger.`,
      hint: 'If the application calls it for a use, that use is counted twice: stop calling it, then drop it.',
    }));
}
