import { Text } from 'ink';
import type { ReactElement } from 'react';
import { titled } from '../../counter/definition/counter-nouns.ts';
import type { PresetDetail } from '../../counter/reading/preset-detail.ts';
import { sparkline } from '../../format/badges.ts';
import { count, signed } from '../../format/numbers.ts';
import { displayText } from '../../format/text.ts';
import { Line } from '../shared/line.tsx';
import { nounsIn } from '../state/counter.ts';
import type { Row, State } from '../state/model.ts';
import { hidesRecords } from '../state/selectors.ts';
import type { Theme } from '../theme.ts';
import { diagnosisOf } from './diagnoses.ts';

/** Uses by day or by hour, and this week against the last. Empty where records have no time, or some are hidden. */
export function trendLines(
  state: State,
  row: Row,
  { perDay, perHour, weeks }: PresetDetail,
  { glyphs }: Theme,
): ReactElement[] {
  if (perDay.length === 0 || hidesRecords(state)) return [];
  const { event, sums } = nounsIn(state);
  const byHour = state.byHour && perHour.length > 0;
  const bars = byHour ? perHour : perDay;
  const each = byHour ? 'hour' : 'day';
  // The plot of all records includes the last days, and there is no room for both.
  const plotted = state.recordHistory?.id === row.id && diagnosisOf(state, row) !== null;
  const most = `at most ${count(Math.max(...bars))} per ${each}${sums ? ', of any amount' : ''}`;
  return [
    <Text key="gap"> </Text>,
    ...(plotted && state.recordHistory?.history && !byHour
      ? []
      : [
          <Line key="plot">
            <Text dimColor>{displayText(`${titled(event[1])} per ${each}`).padEnd(20)}</Text>
            <Text color="cyan">{sparkline(bars, glyphs)}</Text>
          </Line>,
          <Line key="scale" dimColor>
            {''.padEnd(20)}
            {`last ${bars.length} ${each}s (UTC), ${most}`}
          </Line>,
        ]),
    ...(weeks
      ? [
          <Line key="weeks">
            <Text dimColor>{'Last 7 days'.padEnd(20)}</Text>
            {weekWords(weeks)}
          </Line>,
        ]
      : []),
  ];
}

/** This week against the one before: 120, and 80 in the 7 days before (+50%). */
export function weekWords({ last, before }: { last: number; before: number }): string {
  const change = before === 0 || last === before ? '' : ` (${signed(percent(last, before))}%)`;
  return `${count(last)}, and ${last === before ? 'as many' : count(before)} in the 7 days before${change}`;
}

/** The change in percent; never 0 where there is one. */
function percent(last: number, before: number): number {
  const exact = ((last - before) / before) * 100;
  return Math.sign(exact) * Math.max(1, Math.round(Math.abs(exact)));
}
