import type { Totals } from '../counter/counter.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { driftOf, truthOf } from '../counter/reading/counters.ts';
import { count } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import { formatWarning } from '../simulation/format-use.ts';
import { type CounterSimulation, isWrong } from '../simulation/steps/counter-steps.ts';
import { stepPhrase } from '../simulation/steps/explain-steps.ts';
import { formatStep } from '../simulation/steps/format-steps.ts';
import type { CounterHealth } from '../trigger/defined/judge.ts';
import { enabledMeaningOf } from '../trigger/health.ts';
import type { StepVerdict } from './steps.ts';

/** Step 1: whether what keeps the count fires, and nothing else. */
export function judgeKeptStep(
  { healthy, triggers, findings }: CounterHealth,
  { id, nouns }: CounterDefinition,
): StepVerdict {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const own = errors.filter(({ code }) => aboutExistence.has(code));
  const names = triggers.map(({ name }) => `'${name.replaceAll("'", "''")}'`).join(', ');
  const query =
    names === ''
      ? null
      : `SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname IN (${names});`;
  const shown = `preset-usage trigger --counter ${id}`;
  if (triggers.length === 0) {
    const [first] = errors;
    return {
      status: healthy ? 'skipped' : 'failed',
      evidence: healthy
        ? `No trigger keeps ${id}: a function does, for those who call it.`
        : (first?.message ?? `No trigger keeps ${id}.`),
      hint: first?.hint ?? `${shown} shows what does.`,
      query,
    };
  }
  const states = triggers.map(
    ({ name, table, enabled, timing, events, level, function: runs }) =>
      `${name} on ${table} is enabled as ${enabled} (${enabled ? enabledMeaningOf(nouns.record)[enabled] : 'unknown'}), fires ${timing} ${events.join(' OR ')} for each ${level} and runs ${runs}.`,
  );
  const works = triggers.some(({ enabled }) => enabled === 'origin' || enabled === 'always');
  const others = errors.length - own.length;
  return {
    status: works && own.length === 0 ? 'passed' : 'failed',
    evidence: [...states, ...own.map(({ message }) => message)].join(' '),
    hint: own[0]?.hint ?? (others === 0 ? '' : `${shown} shows ${amount(others, 'error')} of another kind.`),
    query,
  };
}

const aboutExistence: ReadonlySet<string> = new Set([
  'trigger-missing',
  'trigger-disabled',
  'trigger-replica-only',
  'trigger-off-in-partition',
]);

/** Step 2: everything in the simulation but the second record. */
export function judgeFirstRecord(simulation: CounterSimulation, definition: CounterDefinition): StepVerdict {
  const { steps, row, heldMs, verdict, findings, warnings } = simulation;
  const own = steps.filter(({ step }) => step !== 'add-again');
  const [add] = own;
  const wrong = own.filter(each => isWrong(each) || each.status === 'not-simulated');
  const others = own.slice(1).filter(({ status }) => status === 'right');
  // What keeps all of it from being proved may be no fault of a step.
  const doubted = verdict !== 'confirmed' && findings.some(({ code }) => doubtful.has(code));
  const passed = add?.status === 'right' && wrong.length === 0 && !doubted;
  const tolerated = new Set(own.flatMap(each => (each.tolerated ? [`${each.step}-miscounted`] : [])));
  const told = findings.filter(
    ({ severity, code }) => !tolerated.has(code) && severity !== 'info' && !code.startsWith('add-again-'),
  );
  const right = others.map(({ step }) => step).join(', ');
  return {
    status: passed ? 'passed' : 'failed',
    evidence: [
      `Simulated with "${row.name || row.id}", rolled back, rows locked for ${heldMs.toFixed(0)} ms: ${add ? formatStep(add, definition.row.count) : 'nothing was done'}.`,
      ...(right === '' ? [] : [`Right as well: ${right}.`]),
      ...findings.flatMap(({ code, message, hint }) => (tolerated.has(code) ? [message, hint] : [])),
      ...(passed ? [] : told.map(({ message }) => message)),
      ...warnings.map(each => `The server said: ${formatWarning(each)}.`),
    ].join(' '),
    hint: passed ? '' : (told[0]?.hint ?? `Run preset-usage simulate --counter ${definition.id} to see why.`),
    query: null,
  };
}

const doubtful: ReadonlySet<string> = new Set([
  'user-not-proved',
  'claim-not-known',
  'setting-not-known',
  'role-not-proved',
  'role-differs',
]);

/** Step 3: the second record of the same row. One that the database rightly refuses is not checked. */
export function judgeSecondRecord(simulation: CounterSimulation, definition: CounterDefinition): StepVerdict {
  const second = simulation.steps.find(({ step }) => step === 'add-again');
  const phrase = stepPhrase('add-again', definition);
  const finding = simulation.findings.find(({ code }) => code.startsWith('add-again-'));
  if (!second) {
    const [first] = simulation.steps;
    return {
      status: 'failed',
      evidence: `${phrase} was not simulated. ${first?.reason ?? ''}`.trim(),
      hint: `Run preset-usage simulate --counter ${definition.id} to see why.`,
      query: null,
    };
  }
  const seen = second.reason ?? formatStep(second, definition.row.count);
  const evidence = {
    right: `${phrase}: ${seen}.`,
    wrong: `${phrase}: ${seen}.`,
    'not-possible': `${phrase} is not possible here. ${seen}`,
    'not-simulated': `${phrase} was not simulated. ${seen}`,
  }[second.status];
  const status = {
    right: 'passed',
    'not-possible': 'skipped',
    wrong: 'failed',
    'not-simulated': 'failed',
  } as const;
  return {
    status: status[second.status],
    evidence,
    hint: second.status === 'right' ? '' : (finding?.hint ?? ''),
    query: null,
  };
}

/** Step 4, from the sums of an audit; orphans are records too. */
export function judgeCounterRecords(
  totals: Totals,
  orphans: number,
  { records, definition }: Pick<Tables, 'records' | 'definition'>,
): StepVerdict {
  const [one, many] = definition.nouns.record;
  const { time, counted, name, aggregate } = records;
  const query = `SELECT ${aggregate}${time ? `, max(r.${time})` : ''} FROM ${counted} r;`;
  if (records.sums) {
    const found = totals.records !== 0;
    return {
      status: found ? 'passed' : 'failed',
      evidence: `The sum of ${definition.record.amount} in ${name} is ${count(totals.records)}.`,
      hint: found ? '' : makeOne(one),
      query,
    };
  }
  const all = totals.records + orphans;
  return {
    status: all > 0 ? 'passed' : 'failed',
    evidence:
      all > 0
        ? `${name} has ${amount(all, one, many)}: ${count(totals.records)} of ${amount(totals.rows, ...definition.nouns.row)}${orphans > 0 ? `, ${count(orphans)} of ${definition.nouns.row[1]} that are gone` : ''}.`
        : `${name} has no ${many} that count.`,
    hint: all > 0 ? '' : makeOne(one),
    query,
  };
}

function makeOne(one: string): string {
  return `Make one ${one} in the application. If it does not appear here, it is stored elsewhere, or lost.`;
}

/** Step 5, from the same sums; `worst` describes the largest mismatches. */
export function judgeCounterCounts(
  { rows, accurate, mismatched, tooHigh, tooLow }: Totals,
  worst: readonly string[],
  tables: Tables,
): StepVerdict {
  const { presets, records, definition } = tables;
  const { id, row, nouns } = definition;
  const truth = records.sums ? `the sum of ${definition.record.amount}` : `the number of ${nouns.record[1]}`;
  return {
    status: mismatched === 0 ? 'passed' : 'failed',
    evidence:
      mismatched === 0
        ? `In all ${amount(rows, ...nouns.row)} ${row.count} is ${truth}.`
        : `In ${count(mismatched)} of ${amount(rows, ...nouns.row)} ${row.count} is not ${truth} (${count(tooHigh)} too high, ${count(tooLow)} too low; ${count(accurate)} accurate): ${worst.join('; ')}${mismatched > worst.length ? '; and more' : ''}.`,
    hint: mismatched === 0 ? '' : `preset-usage check --counter ${id} lists them all.`,
    query: `SELECT p.${presets.key}, p.${presets.count}, t.truth FROM ${presets.rows} p, LATERAL (${truthOf(tables)}) t (truth) WHERE ${driftOf('t.truth', `p.${presets.count}`, tables)} <> 0;`,
  };
}
