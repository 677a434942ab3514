import type { Finding } from '../../counter/finding.ts';
import { searchPathOf } from '../../sql/search-path-setting.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { type CountingEffect, countingEffectOf } from '../effects/counting-effect.ts';
import { effectsOfTrigger } from '../effects/trigger-effects.ts';
import { functionName, hasFunction, triggerName } from '../expected-names.ts';
import { countsInstead } from '../migration/counts-instead.ts';
import { counterHint, migrateHint, orByHand } from '../migration/hints.ts';
import { describeType } from '../trigger-type.ts';

/** Findings if the counting trigger is missing or on the wrong table. */
export function judgeAbsence(catalog: TriggerCatalog, named: CatalogTrigger[]): Finding[] {
  const functionExists = hasFunction(catalog);
  const [elsewhere] = named;
  const instead = countsInstead(catalog);
  const uncounted = instead === null ? 'uses are not counted' : `${instead} counts uses instead`;
  const findings: Finding[] = [
    elsewhere
      ? {
          code: 'trigger-wrong-table',
          severity: 'error',
          message: `The trigger is on ${elsewhere.table}, not on ${catalog.recordsTable}: ${uncounted}.`,
          hint: counterHint(catalog),
        }
      : {
          code: 'trigger-missing',
          severity: 'error',
          message: `${catalog.recordsTable} has no trigger ${triggerName}: ${uncounted}.`,
          hint: counterHint(catalog),
        },
  ];
  if (!functionExists) {
    findings.push({
      code: 'function-missing',
      severity: 'error',
      message: `There is no function ${functionName}() either.`,
      hint: counterHint(catalog),
    });
  }
  return findings;
}

/** Whether the trigger fires when the application makes a use. */
export function judgeState(
  { replication: { subscribed } }: TriggerCatalog,
  trigger: CatalogTrigger,
): Finding[] {
  switch (trigger.enabled) {
    case 'D':
      return [
        {
          code: 'trigger-disabled',
          severity: 'error',
          message: 'The trigger is disabled: uses are stored but not counted.',
          hint: `ALTER TABLE ${trigger.table} ENABLE${subscribed ? ' ALWAYS' : ''} TRIGGER ${triggerName}; then check the counts for the time it was off.`,
        },
      ];
    case 'R':
      return [
        {
          code: 'trigger-replica-only',
          severity: 'error',
          message:
            "The trigger fires only when a replication worker applies changes: the application's uses are not counted.",
          hint: `ALTER TABLE ${trigger.table} ENABLE${subscribed ? ' ALWAYS' : ''} TRIGGER ${triggerName};`,
        },
      ];
    case 'A':
      return [
        ...offInPartitions(trigger),
        {
          code: 'trigger-always',
          severity: 'info',
          ...(describeType(trigger.type).level === 'statement'
            ? {
                message:
                  'The trigger is ENABLE ALWAYS, but a replication worker fires only triggers that fire once per record.',
                hint: 'It also fires in sessions with session_replication_role = replica.',
              }
            : {
                message: 'The trigger also fires when a replication worker applies changes.',
                hint: 'If presets is replicated to or from here too, replicated uses are counted twice; ENABLE TRIGGER without ALWAYS prevents that.',
              }),
        },
      ];
    case 'O':
      return offInPartitions(trigger);
  }
}

/** The copy of a trigger in a partition can be disabled separately. */
function offInPartitions({ offIn }: CatalogTrigger): Finding[] {
  const [first] = offIn;
  if (first === undefined) return [];
  const where =
    offIn.length === 1 ? `the partition ${first}` : `${offIn.length} partitions (${offIn.join(', ')})`;
  return [
    {
      code: 'trigger-off-in-partition',
      severity: 'error',
      message: `The trigger is off in ${where}: uses stored there are not counted.`,
      hint: `${offIn.map(table => `ALTER TABLE ${table} ENABLE TRIGGER ${triggerName};`).join(' ')} then check the counts for the time it was off.`,
    },
  ];
}

/** Whether it fires at the right time, for the right events, and as often as counting needs. */
export function judgeShape(catalog: TriggerCatalog, trigger: CatalogTrigger): Finding[] {
  const { timing, events, level } = describeType(trigger.type);
  const findings: Finding[] = [];
  if (timing !== 'AFTER') {
    findings.push({
      code: 'trigger-before',
      severity: 'error',
      message: `The trigger fires ${timing} the insert: with ON CONFLICT DO NOTHING it counts uses that are never stored.`,
      hint: counterHint(catalog),
    });
  }
  if (!events.includes('INSERT')) {
    findings.push({
      code: 'trigger-not-on-insert',
      severity: 'error',
      message: `The trigger fires on ${events.join(', ')}, not on INSERT: uses are not counted.`,
      hint: counterHint(catalog),
    });
  } else if (events.length > 1) {
    findings.push({
      code: 'trigger-more-events',
      severity: 'warning',
      message: `The trigger fires on ${events.join(', ')}: a changed or deleted record may count as a use.`,
      hint: 'Unless its function distinguishes the events, make it fire only on INSERT.',
    });
  }
  if (trigger.condition) {
    findings.push({
      code: 'trigger-condition',
      severity: 'warning',
      message: 'The trigger has a WHEN condition: uses that do not meet it are stored but not counted.',
      hint: `Check its definition: ${trigger.definition}`,
    });
  }
  if (level === 'statement' && trigger.newTable === null) {
    findings.push({
      code: 'statement-without-transition-table',
      severity: 'error',
      message: 'The trigger fires once per statement but cannot see which records were inserted.',
      hint: counterHint(catalog),
    });
  }
  if (level === 'row' && !catalog.fit?.byRow) {
    findings.push({
      code: 'trigger-row-level',
      severity: 'info',
      message: 'The trigger fires once per record. Single uses are counted correctly.',
      hint: `Inserting many records at once gets slow (quadratic time) and can deadlock${
        counterHint(catalog) === migrateHint
          ? '; the migration installs a trigger that fires once per statement'
          : ''
      }.`,
    });
  }
  return findings;
}

/** Whether the trigger's function counts, judged by its statements, those of functions it calls, and its rights. */
export function judgeFunction(
  catalog: TriggerCatalog,
  trigger: CatalogTrigger,
  body: CatalogFunction | undefined,
): Finding[] {
  if (!body) return [];
  const findings: Finding[] = [];
  const { level } = describeType(trigger.type);
  const counting = countingEffectOf(effectsOfTrigger(trigger, body, catalog));
  if (body.name !== functionName) {
    findings.push({
      code: 'function-other',
      severity: 'warning',
      message: `The trigger runs ${body.identity}, not ${functionName}().`,
      hint: orByHand(catalog, 'Check that this function counts a use exactly once, or run the migration.'),
    });
  }
  if (!counting.writes) {
    findings.push(
      counting.unreadable !== null
        ? {
            code: 'function-unreadable',
            severity: 'warning',
            message: `It is not known whether ${body.identity} counts: it ${counting.unreadable}.`,
            hint: 'Make a test use and watch the count.',
          }
        : {
            code: 'function-does-not-count',
            severity: 'error',
            message: `${body.identity} does not set ${catalog.countName}: uses are stored but not counted.`,
            hint: counterHint(catalog),
          },
    );
  } else if (!addsOnce(counting.adds, level, body)) {
    findings.push({
      code: 'function-counts-otherwise',
      severity: 'warning',
      message: `${body.identity} sets ${catalog.countName}, but does not add ${level === 'row' ? '1' : 'the number of new records'} to it.`,
      hint: 'Compare it with the function in the migration, or make a test use and watch the count.',
    });
  }
  if (!body.definer) {
    findings.push({
      code: 'function-invoker',
      severity: 'warning',
      message: `${body.identity} runs as the role that inserts: without UPDATE on presets, or under row-level security, a use fails or is not counted.`,
      hint: counterHint(catalog),
    });
  } else if (body.searchPath === null) {
    findings.push({
      code: 'function-search-path',
      severity: 'warning',
      message: `${body.identity} runs as its owner but takes its search_path from the caller.`,
      hint: orByHand(catalog, 'Fix it with ALTER FUNCTION ... SET search_path, or run the migration.'),
    });
  } else if (counting.writes) {
    findings.push(...judgeOperators(body, catalog));
  }
  return findings;
}

/**
 * Whether another role's operator can run with the rights of the function's owner. For whole numbers PostgreSQL's own
 * operator is always the best match. For other types, one in another schema of the path may match better.
 */
function judgeOperators(
  { identity, searchPath, source }: CatalogFunction,
  catalog: TriggerCatalog,
): Finding[] {
  const others = (searchPathOf(searchPath) ?? []).filter(
    schema => !['pg_catalog', 'pg_temp', ''].includes(schema),
  );
  const fits = catalog.countKind === 'integer' || catalog.countKind === 'bigint';
  if (fits || others.length === 0 || /\bOPERATOR\s*\(\s*pg_catalog\s*\./i.test(source)) return [];
  return [
    {
      code: 'function-open',
      severity: 'warning',
      message: `${identity} runs as its owner, with a + operator found by search_path: a role that may create an operator in ${others.join(' or ')} can run code as that owner.`,
      hint: counterHint(catalog),
    },
  ];
}

/** Whether a function adds what a trigger of `level` has to. One that asks for the level may do either. */
function addsOnce(
  adds: CountingEffect['adds'],
  level: 'row' | 'statement',
  { source }: CatalogFunction,
): boolean {
  if (adds === 'either') return /\btg_level\b/i.test(source);
  return adds === (level === 'row' ? 'one' : 'rows');
}
