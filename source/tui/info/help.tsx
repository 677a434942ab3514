import { Box, Text } from 'ink';
import { type ReactElement, useMemo } from 'react';
import { type Badge, drift } from '../../counter/counter.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { mostFrequent } from '../../diagnosis/format-diagnosis.ts';
import { badgeWords } from '../../format/badges.ts';
import { displayText } from '../../format/text.ts';
import { bindings } from '../keys/keymap.ts';
import { diagnosisOf } from '../preset/diagnoses.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import type { State } from '../state/model.ts';
import { windowRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';
import { type AnswerSums, answers } from './answers.ts';

const meanings: Record<Badge, string> = {
  accurate: 'usage_count equals its number of records (NULL counts as 0)',
  mismatch: 'usage_count differs from its records; the drift says by how much',
  checking: 'its records have not been counted yet',
  hidden: 'this role may not see every record, so any count could be wrong',
};

/** What engineers ask first, every key (from the table of bindings), and the badges. */
export function HelpScreen({ state }: { state: State }) {
  const { glyphs, badge: colors } = useTheme();
  const lines: ReactElement[] = [
    <Text key="questions" bold>
      Questions
    </Text>,
    ...useAnswers(state).map(({ question, answer }) => (
      <Box key={question} flexDirection="column" flexShrink={0} paddingLeft={2} marginBottom={1}>
        <Text bold>{question}</Text>
        <Paragraph>{displayText(answer)}</Paragraph>
      </Box>
    )),
    <Text key="keys" bold>
      Keys
    </Text>,
    ...bindings.map(({ label, description, screens }) => (
      <Line key={label + description}>
        {'  '}
        <Text bold>{label.padEnd(10)}</Text>
        {description}
        {screens.length === 1 ? <Text dimColor>{` (${screens[0]})`}</Text> : ''}
      </Line>
    )),
    <Text key="gap"> </Text>,
    <Text key="badges" bold>
      Badges
    </Text>,
    ...(Object.keys(meanings) as Badge[]).map(kind => (
      <Line key={kind}>
        {'  '}
        <Text color={colors[kind]}>
          {glyphs.badge[kind]} {badgeWords[kind].padEnd(10)}
        </Text>
        {meanings[kind]}
      </Line>
    )),
    <Text key="gap2"> </Text>,
    <Line key="drift">Drift is usage_count minus records: +2 is two too many, -2 is two too few.</Line>,
    <Line key="reads">
      Watching only reads: READ ONLY transactions, one statement per tick for the rows on screen.
    </Line>,
    <Paragraph key="drift log">
      The drift log (d) lists every count that came out of step with its records while this console ran, and
      who was seen writing then. It is kept in memory only.
    </Paragraph>,
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={windowRows(state.size) + 2} />;
}

function otherTables({ tables: { presets, records } }: InspectedDatabase): string | null {
  const usual = presets.name === 'public.presets' && records.name === 'public.preset_usage';
  return usual ? null : displayText(`${presets.name} and ${records.name}`);
}

function useAnswers(state: State) {
  const { inspected, rows, totals, orphans, trigger, newest, serverNow, diagnoses } = state;
  const sums = useMemo(() => {
    if (totals === null) return null;
    const sum: AnswerSums = { ...totals, withRecords: 0, excess: 0 };
    for (const row of rows.values()) {
      if ((row.records ?? 0) > 0) sum.withRecords += 1;
      sum.excess += Math.max(0, drift(row) ?? 0);
    }
    return sum;
  }, [rows, totals]);
  const cause = useMemo(() => {
    const current = Array.from(diagnoses.keys(), id => {
      const row = rows.get(id);
      return row ? diagnosisOf({ diagnoses, inspected }, row) : null;
    });
    return mostFrequent(current.filter(found => found !== null));
  }, [diagnoses, rows, inspected]);
  return answers({
    cause,
    otherTables: inspected && otherTables(inspected),
    hiddenBy: inspected?.tables.hiddenBy[0] ?? null,
    sums,
    orphans,
    trigger,
    newest,
    now: serverNow,
  });
}
