import type { Finding } from '../../counter/finding.ts';
import type { CatalogFunction, CatalogJob, CatalogRule, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { countingEffectOf } from '../effects/counting-effect.ts';
import { effectsOf, effectsOfReading, mentions, oneLine } from '../effects/effects.ts';
import { effectsOfTrigger } from '../effects/trigger-effects.ts';
import { relationOf } from '../effects/writer.ts';
import { viewWriters } from '../effects/writers.ts';
import { dailyIndexName, functionName, trackName, triggerName } from '../expected-names.ts';
import { orByHand } from '../migration/hints.ts';
import { describeType } from '../trigger-type.ts';

/** Findings about another trigger on either table that writes the count. */
export function judgeOther(
  catalog: TriggerCatalog,
  other: CatalogTrigger,
  body: CatalogFunction | undefined,
): Finding[] {
  const fires = other.enabled === 'O' || other.enabled === 'A';
  if (!body || !fires || !countingEffectOf(effectsOfTrigger(other, body, catalog)).writes) return [];
  const { events } = describeType(other.type);
  const onRecords = other.tableOid === catalog.recordsOid;
  if (onRecords && !events.includes('INSERT')) {
    return [
      {
        code: 'trigger-adjusts-count',
        severity: 'warning',
        message: `The trigger ${other.name} on ${other.table} changes ${catalog.countName} on ${events.join(', ')}.`,
        hint: 'It may keep the count correct when records are deleted, or count uses twice: check its function.',
      },
    ];
  }
  return [
    onRecords
      ? {
          code: 'second-counter',
          severity: 'error',
          message: `The trigger ${other.name} on ${other.table} also writes ${catalog.countName}: uses are counted more than once.`,
          hint: `Check ${body.identity}; if it counts too, DROP TRIGGER ${other.name} ON ${other.table};`,
        }
      : {
          code: 'presets-trigger-writes-count',
          severity: 'warning',
          message: `The trigger ${other.name} on ${other.table} writes ${catalog.countName} when a preset changes.`,
          hint: `Check ${body.identity}: it may overwrite the count.`,
        },
  ];
}

/** Unique indexes that refuse a further use of a preset. */
export function judgeUniques(catalog: TriggerCatalog): Finding[] {
  return catalog.uniques
    .filter(({ name, columns }) => name === dailyIndexName || columns.includes(catalog.presetColumn))
    .map(({ name, definition }) => ({
      ...(name === dailyIndexName
        ? { code: 'daily-limit', severity: 'error' as const }
        : { code: 'unique-limits-uses', severity: 'warning' as const }),
      message: `The unique index ${name} refuses further uses of the same preset: ${definition}`,
      hint: orByHand(
        catalog,
        `Drop it unless this limit is intended; the migration drops ${dailyIndexName}.`,
      ),
    }));
}

/**
 * Routines, jobs, and triggers and rules on other tables that write the count. One that cannot be read is a finding only
 * if it names either table or the count.
 */
export function judgeWriters(catalog: TriggerCatalog): Finding[] {
  return [
    ...catalog.functions.flatMap(routine => judgeRoutine(routine, catalog)),
    ...catalog.triggers.flatMap(trigger => judgeElsewhere(trigger, catalog)),
    ...catalog.rules.flatMap(rule => judgeRule(rule, catalog)),
    ...catalog.jobs.flatMap(job => judgeJob(job, catalog)),
    ...judgeViews(catalog),
    ...unreadJobs(catalog),
  ];
}

function judgeRoutine(routine: CatalogFunction, catalog: TriggerCatalog): Finding[] {
  const { identity, isTrigger, name, source } = routine;
  if (isTrigger || name === trackName || name === functionName) return [];
  const { writes, unreadable } = effectsOf(routine, catalog);
  const effect = writes.find(({ on }) => on === 'count');
  const hint =
    'If the application calls it for a use, that use is counted twice: stop calling it, then drop it.';
  if (effect) {
    const way = effect.via.length === 0 ? '' : `, by calling ${effect.via.join(', which calls ')}`;
    return [
      {
        code: 'other-writer',
        severity: 'warning',
        message: `The ${routine.kind} ${identity} writes ${catalog.countName} in addition to the trigger${way}.`,
        hint,
      },
    ];
  }
  const [doubt] = unreadable;
  if (!doubt || doubt.via.length > 0 || !mentions(source, catalog)) return [];
  return [
    {
      code: 'other-writer',
      severity: 'warning',
      message: `The ${routine.kind} ${identity} may write ${catalog.countName} in addition to the trigger: it ${doubt.why}.`,
      hint,
    },
  ];
}

/** Findings about a trigger on a third table. */
function judgeElsewhere(trigger: CatalogTrigger, catalog: TriggerCatalog): Finding[] {
  const { tableOid, name, table, enabled, functionOid } = trigger;
  if (tableOid === catalog.recordsOid || tableOid === catalog.presetsOid || name === triggerName) return [];
  const body = catalog.functions.find(({ oid }) => oid === functionOid);
  if (!body || !(enabled === 'O' || enabled === 'A')) return [];
  if (!countingEffectOf(effectsOfTrigger(trigger, body, catalog)).writes) return [];
  return [
    {
      code: 'elsewhere-counter',
      severity: 'warning',
      message: `The trigger ${name} on ${table} writes ${catalog.countName} on ${describeType(trigger.type).events.join(', ')}.`,
      hint: `If a use also writes ${table}, it is counted twice: check ${body.identity}, then DROP TRIGGER ${name} ON ${table};`,
    },
  ];
}

function judgeRule(rule: CatalogRule, catalog: TriggerCatalog): Finding[] {
  if (rule.enabled === 'D' || rule.enabled === 'R') return [];
  if (!effectsOfReading(rule.reading, catalog).writes.some(({ on }) => on === 'count')) return [];
  const table = relationOf(catalog, rule.tableOid)?.table ?? 'a table';
  const counts = rule.tableOid === catalog.recordsOid && /\bON\s+INSERT\b/i.test(rule.definition);
  return [
    {
      code: 'rule-writes-count',
      severity: counts ? 'error' : 'warning',
      message: `The rule ${rule.name} on ${table} writes ${catalog.countName}${counts ? ' for every insert: uses are counted more than once' : ''}.`,
      hint: `Check its definition: ${oneLine(rule.definition)}`,
    },
  ];
}

/** Views that run as their owner: whoever may write them sets any count, whatever the policies of presets say. */
function judgeViews(catalog: TriggerCatalog): Finding[] {
  return viewWriters(catalog)
    .filter(({ securityDefiner, mayRun, does }) => {
      const writable = mayRun.public || mayRun.roles.length > 0;
      return securityDefiner === true && writable && does.some(({ on }) => on === 'count');
    })
    .map(({ name, mayRun }) => ({
      code: 'view-sets-count',
      severity: 'warning',
      message: `${mayRun.public ? 'Everyone (PUBLIC)' : mayRun.roles.join(', ')} may set any count through the view ${name}, which runs as its owner.`,
      hint: `ALTER VIEW ${name} SET (security_invoker = true); or take INSERT and UPDATE on it away. security_invoker needs PostgreSQL 15.`,
    }));
}

function judgeJob(job: CatalogJob, catalog: TriggerCatalog): Finding[] {
  if (!job.active) return [];
  const { writes } = effectsOfReading(job.reading, catalog);
  const name = job.name ?? `${job.id} of pg_cron`;
  if (writes.some(({ on }) => on === 'count')) {
    return [
      {
        code: 'job-writes-count',
        severity: 'warning',
        message: `The job ${name} writes ${catalog.countName} (${job.schedule}).`,
        hint: `Check that it sets the number of records: ${oneLine(job.command)}`,
      },
    ];
  }
  if (!writes.some(({ on, action }) => on === 'records' && action === 'delete')) return [];
  return [
    {
      code: 'job-deletes-records',
      severity: 'warning',
      message: `The job ${name} deletes records (${job.schedule}): unless something subtracts them from ${catalog.countName}, the counts are too high afterwards.`,
      hint: `Check what it runs: ${oneLine(job.command)}`,
    },
  ];
}

/** That there may be jobs of pg_cron that were not read. */
export function unreadJobs({ jobsHidden: isHidden, jobsElsewhere: database }: TriggerCatalog): Finding[] {
  return [...(isHidden ? [jobsHidden] : []), ...(database === null ? [] : [jobsElsewhere(database)])];
}

const jobsHidden: Finding = {
  code: 'jobs-hidden',
  severity: 'info',
  message: 'The jobs of pg_cron were not read: one of them may write the count.',
  hint: 'Connect as another role, or GRANT USAGE ON SCHEMA cron and SELECT ON cron.job.',
};

const jobsElsewhere = (database: string): Finding => ({
  code: 'jobs-elsewhere',
  severity: 'info',
  message: `pg_cron keeps its jobs in the database ${database}. They were not read: one of them may run here and write the count.`,
  hint: 'Look there: SELECT jobname, schedule, database, command FROM cron.job;',
});
