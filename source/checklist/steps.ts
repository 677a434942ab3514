import { type ObservedChange, verdictOf } from '../counter/count-change.ts';
import type { Totals } from '../counter/counter.ts';
import { presetNames } from '../counter/definition/preset-names.ts';
import type { Finding } from '../counter/finding.ts';
import { count, countText, signed } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import type { TriggerHealth } from '../trigger/health.ts';
import { enabledMeaning } from '../trigger/health.ts';

/** The ids of the steps in JSON, in order. */
export const stepIds = [
  'trigger-enabled',
  'use-increments',
  'second-use-increments',
  'records-exist',
  'counts-match',
  'no-log-errors',
] as const;

export type StepId = (typeof stepIds)[number];

/** What each step checks. */
export const stepTitles: Record<StepId, string> = {
  'trigger-enabled': 'The trigger exists and is enabled',
  'use-increments': 'A use increments the count',
  'second-use-increments': 'A second use increments it again: no daily limit',
  'records-exist': `${presetNames.records} has records`,
  'counts-match': 'Every count equals its records',
  'no-log-errors': "No errors in the application's log",
};

/** How far back errors in the application's log count, in milliseconds. */
export const logDay = 24 * 60 * 60 * 1000;

export type StepStatus = 'passed' | 'failed' | 'skipped';

/** The result of a step. Times in milliseconds; `at` since 1970. */
export interface ChecklistStep {
  id: StepId;
  title: string;
  status: StepStatus;
  /** What was seen, with its numbers. */
  evidence: string;
  /** What to do next; empty if there is nothing to do. */
  hint: string;
  /** SQL that shows the same at a prompt; null if no statement shows it. */
  query: string | null;
  /** False if what the step is about could not be understood, so that it is not passed. */
  understood?: boolean;
  at: number;
  durationMs: number;
}

/** A result without title and times, which the runner adds. */
export type StepVerdict = Pick<ChecklistStep, 'status' | 'evidence' | 'hint' | 'query' | 'understood'>;

/** The number of steps with each status; skipped is not passed. */
export function tally(steps: readonly Pick<ChecklistStep, 'status'>[]): {
  passed: number;
  failed: number;
  skipped: number;
} {
  const of = (status: StepStatus) => steps.filter(step => step.status === status).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

/** Step 1, from the catalog: whether the trigger exists and is enabled, and nothing else. */
export function judgeTriggerStep({ trigger, findings }: TriggerHealth): StepVerdict {
  const query = `SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = '${trigger.name}';`;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const own = errors.filter(({ code }) => aboutExistence.has(code));
  if (!trigger.exists || trigger.enabled === null) {
    return { status: 'failed', evidence: sentences(own), hint: own[0]?.hint ?? '', query };
  }
  const state = `${trigger.name} on ${trigger.table} is enabled as ${trigger.enabled} (${enabledMeaning[trigger.enabled]}), fires ${trigger.timing} ${trigger.events.join(' OR ')} for each ${trigger.level} and runs ${trigger.function}.`;
  const works = trigger.enabled === 'origin' || trigger.enabled === 'always';
  return {
    status: works && own.length === 0 ? 'passed' : 'failed',
    evidence: [state, ...own.map(({ message }) => message)].join(' '),
    hint:
      own[0]?.hint ??
      (errors.length === 0
        ? ''
        : `preset-usage trigger shows ${amount(errors.length, 'error')} of another kind.`),
    query,
  };
}

const aboutExistence: ReadonlySet<string> = new Set([
  'trigger-missing',
  'trigger-wrong-table',
  'function-missing',
  'trigger-disabled',
  'trigger-replica-only',
  'trigger-off-in-partition',
]);

/** Steps 2 and 3, from a real use of the preset `name`, seen while watching. */
export function judgeObservedUse(change: ObservedChange, name: string): StepVerdict {
  const { before, after, countBy, recordsBy } = change;
  const right = verdictOf(change) === 'right';
  return {
    status: right ? 'passed' : 'failed',
    evidence: `A real use of "${name}" was seen: ${presetNames.count} ${countText(before.usageCount)} to ${countText(after.usageCount)} (${signed(countBy)}), ${recordsBy === null ? 'an unknown number of' : count(recordsBy)} records added.`,
    hint: right
      ? ''
      : 'Press u to simulate a use of this preset; that shows the reasons found in the catalog.',
    query: null,
  };
}

/** Step 4, from the sums of an audit; orphans are records too. */
export function judgeRecordsStep(
  { records, rows }: Totals,
  orphans: number,
  table: string,
  time: string | null,
): StepVerdict {
  const all = records + orphans;
  return {
    status: all > 0 ? 'passed' : 'failed',
    evidence:
      all > 0
        ? `${table} has ${count(all)} records: ${count(records)} of ${count(rows)} presets${orphans > 0 ? `, ${count(orphans)} of presets that are gone` : ''}.`
        : `${table} is empty.`,
    hint:
      all > 0
        ? ''
        : 'Make a use in the application. If no record appears here, the application stores its records elsewhere, or fails to.',
    query: `SELECT count(*)${time ? `, max(${time})` : ''} FROM ${table};`,
  };
}

/** Step 5, from the same sums; `worst` describes the largest mismatches. */
export function judgeCountsStep(
  { rows, accurate, mismatched, tooHigh, tooLow }: Totals,
  worst: readonly string[],
  tables: { presets: string; records: string; key: string; preset: string; count: string },
): StepVerdict {
  return {
    status: mismatched === 0 ? 'passed' : 'failed',
    evidence:
      mismatched === 0
        ? `All ${count(rows)} counts equal their records.`
        : `${count(mismatched)} of ${count(rows)} counts differ from their records (${count(tooHigh)} too high, ${count(tooLow)} too low; ${count(accurate)} accurate): ${worst.join('; ')}${mismatched > worst.length ? '; and more' : ''}.`,
    hint:
      mismatched === 0
        ? ''
        : 'preset-usage check lists them all; preset-usage sync sets each count to its records.',
    query: `SELECT p.${tables.key}, p.${tables.count}, count(u.${tables.preset}) FROM ${tables.presets} p LEFT JOIN ${tables.records} u ON u.${tables.preset} = p.${tables.key} GROUP BY p.${tables.key} HAVING coalesce(p.${tables.count}, 0) <> count(u.${tables.preset});`,
  };
}

function sentences(findings: readonly Finding[]): string {
  return findings.map(({ message }) => message).join(' ');
}
