import { Text } from 'ink';
import type { ReactElement } from 'react';
import { causeLines, nextLines } from '../../diagnosis/format-diagnosis.ts';
import { stretchMarks, stretchWords } from '../../diagnosis/format-stretch.ts';
import { sparkline } from '../../format/badges.ts';
import { count, day, span } from '../../format/numbers.ts';
import { Line } from '../shared/line.tsx';
import type { Row, State } from '../state/model.ts';
import type { Theme } from '../theme.ts';
import { diagnosisOf, plotColumns } from './diagnoses.ts';

/** Why the count of `row` is wrong: the cause, the evidence, all records over time, and what to look at next. Empty if not known. */
export function whyWrongLines(state: State, row: Row, theme: Theme): ReactElement[] {
  const diagnosis = diagnosisOf(state, row);
  if (!diagnosis) return [];
  const { columns } = state.size;
  const [cause, ...evidence] = causeLines(diagnosis, columns);
  return [
    <Text key="gap why"> </Text>,
    <Line key="why">
      <Text dimColor>{'Why'.padEnd(indent)}</Text>
      <Text bold>{cause}</Text>
    </Line>,
    ...evidence.map((row, index) => <Line key={`why ${index.toString()}`}>{row}</Line>),
    ...plotLines(state, row, diagnosis.stretch, theme),
    ...nextLines(diagnosis, columns).map((row, index) => <Line key={`next ${index.toString()}`}>{row}</Line>),
  ];
}

const indent = 20;

function plotLines(
  { recordHistory, size }: State,
  row: Row,
  stretch: Parameters<typeof stretchWords>[0],
  { glyphs, severity }: Theme,
): ReactElement[] {
  const history = recordHistory?.id === row.id ? recordHistory.history : null;
  // It was read for a wider terminal, and the next tick reads it again.
  if (!history || history.uses.length > plotColumns(size.columns)) return [];
  const { from, to, uses } = history;
  const columns = uses.length;
  const marks = stretchMarks({ from, to, columns }, stretch, glyphs);
  const marked = stretchWords(stretch);
  const scale = `${day(from)} to ${day(to)}, ${span((to - from) / columns)} per column, at most ${count(Math.max(...uses))}`;
  return [
    <Line key="plot all">
      <Text dimColor>{'All records'.padEnd(indent)}</Text>
      <Text color="cyan">{sparkline(uses, glyphs)}</Text>
    </Line>,
    ...(marks === ''
      ? []
      : [
          <Line key="marks">
            {' '.repeat(indent)}
            <Text color={severity.error}>{marks}</Text>
          </Line>,
        ]),
    <Line key="scale all" dimColor>
      {' '.repeat(indent)}
      {scale}
    </Line>,
    ...(marked === null || marks === ''
      ? []
      : [
          <Line key="marked" dimColor>
            {' '.repeat(indent)}
            {marked}
          </Line>,
        ]),
  ];
}
