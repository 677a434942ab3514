import type { CounterDefinition, NotCheckable } from '../../counter/definition/definition.ts';
import type { CounterSums } from '../../counters/run-sums.ts';
import { knownBy, whatIsCounted } from '../../format/format-definition.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { table, textColumn } from '../../format/table.ts';
import { displayText } from '../../format/text.ts';

/** A counter of a database, with what its audit found; null and the reason where it was not counted. */
export interface ListedCounter extends CounterSums {
  definition: CounterDefinition;
}

// In cells, where not all of a line fits on the terminal.
const widest = { id: 44, counted: 52 };

/** The list as lines: a table, and below it what was not counted or cannot be checked. */
export function counterListLines(
  listed: readonly ListedCounter[],
  notCheckable: readonly NotCheckable[],
  columns: number | undefined,
): string[] {
  const failed = listed.filter(({ notCounted }) => notCounted !== null);
  return [
    headline(listed),
    ...(listed.length === 0 ? [] : ['', ...tableLines(listed, columns)]),
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

function tableLines(listed: readonly ListedCounter[], columns = Number.POSITIVE_INFINITY): string[] {
  const rows = [
    ['Counter', 'Counts', 'Rows', 'Wrong', 'Known by'],
    ...listed.map(each => [
      displayText(each.definition.id),
      displayText(whatIsCounted(each.definition)),
      each.sums ? count(each.sums.rows) : '-',
      each.sums ? count(each.sums.mismatched) : '-',
      knownBy(each.definition),
    ]),
  ];
  const width = (place: number) =>
    textColumn(
      rows.map(row => row[place] ?? ''),
      0,
    );
  const [id, counted] = [width(0), width(1)];
  const fits = id + 1 + counted + 2 * 10 + 2 + width(4) <= columns;
  const line = table([
    fits ? id : Math.min(id, widest.id),
    fits ? counted : Math.min(counted, widest.counted),
    { right: 9 },
    { right: 9 },
  ]);
  return rows.map(row => `${line(row)}  ${row[4]}`);
}
