import type { CounterDefinition, NotCheckable } from '../../counter/definition/definition.ts';
import type { CounterSums } from '../../counters/run-sums.ts';
import { knownBy, whatIsCounted } from '../../format/format-definition.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { table } from '../../format/table.ts';
import { displayText } from '../../format/text.ts';

/** A counter of a database, with what its audit found; null and the reason where it was not counted. */
export interface ListedCounter extends CounterSums {
  definition: CounterDefinition;
}

// In cells. What does not fit is cut; --json has it in full.
const widest = { id: 44, counted: 52 };

/** The list as lines: a table, and below it what was not counted or cannot be checked. */
export function counterListLines(
  listed: readonly ListedCounter[],
  notCheckable: readonly NotCheckable[],
): string[] {
  const failed = listed.filter(({ notCounted }) => notCounted !== null);
  return [
    headline(listed),
    ...(listed.length === 0 ? [] : ['', ...tableLines(listed)]),
    ...section(
      'Not counted:',
      failed.map(({ definition, notCounted }) => `${definition.id}: ${notCounted}`),
    ),
    ...section(
      'Cannot be checked:',
      notCheckable.map(({ id, reason }) => `${id}: ${reason}`),
    ),
    ...section(
      'Something speaks against these. Read it before a sync:',
      listed.flatMap(({ definition: { id, confidence, doubts = [] } }) =>
        confidence === 'guess' ? [] : doubts.map(doubt => `${id}: ${doubt}`),
      ),
    ),
    ...section(
      'Only names speak for these. They are not written to unless they are named with --counter:',
      listed
        .filter(({ definition }) => definition.confidence === 'guess')
        .flatMap(({ definition: { id, source, doubts = source.evidence.slice(-1) } }) =>
          doubts.map(doubt => `${id}: ${doubt}`),
        ),
    ),
  ];
}

function headline(listed: readonly ListedCounter[]): string {
  if (listed.length === 0) return 'No counter was found that can be checked.';
  const wrong = listed.filter(({ sums }) => sums !== null && sums.mismatched > 0).length;
  const failed = listed.filter(({ sums }) => sums === null).length;
  const parts = [
    ...(wrong > 0 ? [`${wrong} with wrong counts`] : []),
    ...(failed > 0 ? [`${failed} not counted`] : []),
  ];
  return `${amount(listed.length, 'counter')}: ${parts.length > 0 ? parts.join(', ') : 'all accurate'}.`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map(line => `  ${displayText(line)}`)];
}

function tableLines(listed: readonly ListedCounter[]): string[] {
  const rows = listed.map(each => [
    displayText(each.definition.id),
    displayText(whatIsCounted(each.definition)),
    each.sums ? count(each.sums.rows) : '-',
    each.sums ? count(each.sums.mismatched) : '-',
    knownBy(each.definition),
  ]);
  const heads = ['Counter', 'Counts', 'Rows', 'Wrong'];
  const width = (place: number, most: number) =>
    Math.min(most, Math.max(...[heads, ...rows].map(row => row[place]?.length ?? 0)));
  const line = table([width(0, widest.id), width(1, widest.counted), { right: 9 }, { right: 9 }]);
  return [heads, ...rows].map((row, place) => `${line(row)}  ${place === 0 ? 'Known by' : row[4]}`);
}
