import { noChoice } from '../../config/column-choice.ts';
import { idJson } from '../../counter/definition/id-json.ts';
import { type Nouns, rowsOf } from '../../counter/definition/nouns.ts';
import type { Quantity } from '../../counter/quantity.ts';
import { count, countText, signed } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';
import {
  firesWords,
  lastUsedWords,
  leftLines,
  leftTitle,
  outcomeWords,
  planWords,
  refusalHint,
  splitLeft,
  standbyWords,
} from '../../repair/format-repair.ts';
import type { RepairPlan } from '../../repair/plan/repair-plan.ts';
import type { LeftAlone, RepairOutcome } from '../../repair/repair.ts';
import { type Lines, namedTable } from './named-table.ts';

/** The contract's `plan`, with what this program adds to it. */
export function planJson(plan: RepairPlan) {
  const { definition } = plan.inspected.tables;
  return {
    fingerprint: plan.fingerprint,
    phrase: plan.phrase,
    options: { ...plan.options, ...columnsJson(plan) },
    rows: plan.changes.length,
    recordsToDelete: plan.recordsToDelete,
    recordsToRestore: plan.recordsToRestore,
    changes: plan.changes.map(
      ({ id, name, before, after, drift, deletes, lastUsedBefore, lastUsedAfter }) => ({
        id: idJson(id, definition),
        name,
        ...figure('before', before),
        ...figure('after', after),
        ...figure('drift', drift),
        ...(deletes === 0 ? {} : { deletes }),
        ...(lastUsedAfter === undefined ? {} : { lastUsedBefore, lastUsedAfter }),
      }),
    ),
    firesTriggers: plan.firesTriggers,
    whyNotSuppress: plan.whyNotSuppress,
    remarks: plan.remarks,
    left: leftJson(plan.left, plan),
    method: plan.method,
    estimate: plan.estimate,
    statements: plan.statements,
    backup: plan.backup,
    undoes: plan.undoes,
    source: plan.source,
  };
}

/** Rows that were left alone. */
export function leftJson(left: readonly LeftAlone[], { inspected }: RepairPlan) {
  return left.map(each => ({
    ...each,
    id: each.id === null ? null : idJson(each.id, inspected.tables.definition),
  }));
}

/** A count as a JSON number, and if no number is exactly that, also as text. */
function figure(name: string, value: Quantity | null) {
  return typeof value === 'string' ? { [name]: Number(value), [`${name}Text`]: value } : { [name]: value };
}

function columnsJson({ request }: RepairPlan) {
  const { map, drop } = request.columns ?? noChoice;
  return {
    ...(map.length > 0 ? { mapColumns: map.map(([from, to]) => ({ from, to })) } : {}),
    ...(drop.length > 0 ? { dropColumns: drop } : {}),
  };
}

// Thousands of lines help nobody at a terminal; --json has them all.
const mostLines = 40;
const titles = { sync: 'Sync', reset: 'Reset', undo: 'Undo' };

/** A plan as text; with `whole` also the SQL. */
export function describePlan(plan: RepairPlan, line: string, whole: boolean, lines: Lines): string {
  const { action, changes, left, remarks, firesTriggers, options } = plan;
  const { definition } = plan.inspected.tables;
  const deletes = changes.some(change => change.deletes !== 0);
  const shown = changes.slice(0, mostLines);
  const refusals = whole ? remarks.filter(({ severity }) => severity === 'error') : [];
  const [head = '', ...rows] = namedTable(
    shown,
    ({ before, after, delta, deletes: gone }) => ({
      numbers: [
        countText(before),
        countText(after),
        signed(delta),
        ...(deletes ? [count(Math.abs(gone))] : []),
      ],
    }),
    {
      name: capitalized(definition.nouns.row[0]),
      numbers: [
        'Before',
        'After',
        'Difference',
        ...(deletes ? [action === 'undo' ? 'Put back' : 'Deleted'] : []),
      ],
    },
    { ...lines, least: 11 },
  );
  const fires = firesWords(plan);
  return [
    line,
    ...(refusals.length > 0
      ? [
          `${titles[action]}: it would be refused. ${displayText(refusals.map(({ message }) => message).join(' '))}`,
        ]
      : [`${titles[action]}: ${planWords(plan)} Fingerprint ${plan.fingerprint}.`]),
    ...(fires === null ? [] : [displayText(fires)]),
    ...(changes.length > 0
      ? [
          '',
          head,
          ...shown.flatMap((change, at) => {
            const times = lastUsedWords(change, action, definition.row.touched);
            return [rows[at] ?? '', ...(times === null ? [] : [`  ${displayText(times)}`])];
          }),
          ...more(changes.length, mostLines),
        ]
      : []),
    ...(left.length > 0
      ? ['', `${leftTitle(action)}: ${rowsOf(definition, left.length)}.`, ...linesOf(left, definition)]
      : []),
    ...(firesTriggers.length > 0
      ? [
          '',
          options.suppressTriggers ? 'Triggers that will not fire:' : 'Triggers that fire:',
          ...firesTriggers.map(
            ({ name, table, event, function: run, effects, always }) =>
              `  ${displayText(`${name} on ${table} (${event}) runs ${run}${effects.length > 0 ? `: ${effects.join('; ')}` : ''}${always && options.suppressTriggers ? ' (fires anyway)' : ''}`)}`,
          ),
          ...(options.suppressTriggers
            ? []
            : [
                plan.whyNotSuppress === null
                  ? '  --suppress-triggers suppresses them.'
                  : `  They cannot be suppressed: ${displayText(plan.whyNotSuppress)}.`,
              ]),
        ]
      : []),
    ...(remarks.length > refusals.length
      ? [
          '',
          ...remarks
            .filter(remark => !refusals.includes(remark))
            .map(({ severity, message }) => `${severity}: ${displayText(message)}`),
        ]
      : []),
    ...(changes.length === 0 && plan.recordsToDelete + plan.recordsToRestore === 0
      ? []
      : ['', `The receipt goes to ${displayText(plan.backup)}.`]),
    ...(whole && plan.statements.length > 0
      ? ['', 'Each batch runs:', ...plan.statements.map(statement => `${displayLines(statement)};`)]
      : []),
  ].join('\n');
}

/** What a repair did, as text. */
export function describeOutcome(plan: RepairPlan, outcome: RepairOutcome): string {
  const { left, error, cost, receipt, receiptId } = outcome;
  const { definition } = plan.inspected.tables;
  const { others, notReached } = splitLeft(left, definition);
  const hint = refusalHint(left, plan);
  const standbys = standbyWords(cost);
  return [
    outcomeWords(outcome, definition),
    `Rows were locked for at most ${cost.longestHeld.toFixed(0)} ms; others waited ${amount(cost.waits, 'time')} and went first ${amount(cost.busy, 'time')}.`,
    ...(standbys === null ? [] : [`It ${standbys}.`]),
    ...(error ? ['', displayText(error.message), displayText(error.hint)] : []),
    ...(left.length > 0
      ? [
          '',
          `Not as planned: ${rowsOf(definition, left.length)}.`,
          ...(notReached === null ? [] : [`  ${notReached}`]),
          ...(hint === null ? [] : [`  ${hint}`]),
          ...linesOf(others, definition),
        ]
      : []),
    '',
    `Receipt ${displayText(receipt)}`,
    ...(plan.inspected.label === 'demo'
      ? ['The demo database and this receipt end with this command.']
      : plan.action === 'undo'
        ? []
        : [`To undo it: preset-usage undo ${receiptId}`]),
  ].join('\n');
}

function capitalized(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

function linesOf(left: readonly LeftAlone[], named: Nouns): string[] {
  const lines = leftLines(left, named);
  const shown = lines.slice(0, mostLines);
  return [
    ...shown.map(({ text }) => `  ${displayText(text)}`),
    ...more(
      left.length,
      shown.reduce((sum, { rows }) => sum + rows, 0),
    ),
  ];
}

function more(length: number, shown: number): string[] {
  return length > shown ? [`and ${count(length - shown)} more; --json lists them all`] : [];
}

function displayLines(text: string): string {
  return text.split('\n').map(displayText).join('\n');
}
