import { Box, Text } from 'ink';
import { type ReactElement, useMemo } from 'react';
import { type Badge, drift } from '../../counter/counter.ts';
import { type CounterNouns, nounsOf } from '../../counter/definition/counter-nouns.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { mostFrequent } from '../../diagnosis/format-diagnosis.ts';
import { badgeWords } from '../../format/badges.ts';
import { displayText } from '../../format/text.ts';
import { keptWords } from '../../watch/format-drift.ts';
import { bindings, descriptionOf, type KeyBinding } from '../keys/keymap.ts';
import { diagnosisOf } from '../preset/diagnoses.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import type { Screen } from '../state/screens.ts';
import { titledRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';
import { type AnswerSums, answers, type OtherCounter } from './answers.ts';

const meanings = (count: string, { record: [one, many], sums }: CounterNouns): Record<Badge, string> => ({
  accurate: sums
    ? `${count} equals its sum (NULL counts as 0)`
    : `${count} equals its number of ${many} (NULL counts as 0)`,
  mismatch: `${count} differs from its ${sums ? 'sum' : many}; the drift says by how much`,
  checking: `its ${many} have not been counted yet`,
  hidden: `this role may not see every ${one}, so any count could be wrong`,
});

/** The keys of the screen that help was opened on (from the table of bindings), what engineers ask first, all other keys, and the badges. */
export function HelpScreen({ state }: { state: State }) {
  const { glyphs, badge: colors } = useTheme();
  const nouns = nounsIn(state);
  const column = state.inspected?.tables.definition?.row.count ?? presetNames.count;
  const means = meanings(column, nouns);
  const all = bindings.filter(({ offered }) => offered?.(state) ?? true);
  const here = all.filter(({ screens }) => screens.includes(state.behindHelp));
  const keyLine = (binding: KeyBinding) => (
    <Box key={`${binding.label} ${binding.short} ${binding.screens.join()}`} paddingLeft={2} flexShrink={0}>
      <Box width={10} flexShrink={0}>
        <Text bold>{binding.label}</Text>
      </Box>
      <Paragraph>
        {displayText(descriptionOf(binding, nouns))}
        {binding.screens.length === 1 && binding.screens[0] !== state.behindHelp ? (
          <Text dimColor>{` (${screenName(binding.screens[0], nouns)})`}</Text>
        ) : (
          ''
        )}
      </Paragraph>
    </Box>
  );
  const lines: ReactElement[] = [
    <Text key="keys" bold>
      Keys here
    </Text>,
    // Those that only move are found by trying.
    ...here.filter(({ quiet }) => !quiet).map(keyLine),
    ...here.filter(({ quiet }) => quiet).map(keyLine),
    <Text key="gap keys"> </Text>,
    <Text key="questions" bold>
      Questions
    </Text>,
    ...useAnswers(state).map(({ question, answer }) => (
      <Box key={question} flexDirection="column" flexShrink={0} paddingLeft={2} marginBottom={1}>
        <Text bold>{question}</Text>
        <Paragraph>{displayText(answer)}</Paragraph>
      </Box>
    )),
    <Text key="other keys" bold>
      Keys on other screens
    </Text>,
    ...all.filter(binding => !here.includes(binding)).map(keyLine),
    <Text key="gap"> </Text>,
    <Text key="badges" bold>
      Badges
    </Text>,
    ...(Object.keys(means) as Badge[]).map(kind => (
      <Line key={kind}>
        {'  '}
        <Text color={colors[kind]}>
          {glyphs.badge[kind]} {badgeWords[kind].padEnd(10)}
        </Text>
        {displayText(means[kind])}
      </Line>
    )),
    <Text key="gap2"> </Text>,
    <Line key="drift">
      {displayText(
        `Drift is ${column} minus ${nouns.sums ? 'the sum' : nouns.record[1]}: +2 is two too many, -2 is two too few.`,
      )}
    </Line>,
    <Paragraph key="reads">
      {'Watching only reads: READ ONLY transactions, one statement per tick for the rows on screen.'}
    </Paragraph>,
    <Paragraph key="drift log">
      {`The drift log (d) lists every count that came out of step with its ${displayText(nouns.record[1])} while this console ran, and who was seen writing then. ${displayText(keptWords(state.driftLog))}`}
    </Paragraph>,
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={titledRows(state.size)} />;
}

function otherTables({ tables: { presets, records } }: InspectedDatabase): string | null {
  const { rows, records: usage } = presetNames;
  const usual = presets.name === `public.${rows}` && records.name === `public.${usage}`;
  return usual ? null : displayText(`${presets.name} and ${records.name}`);
}

function screenName(screen: Screen | undefined, { row: [one] }: CounterNouns): string {
  return screen === 'preset' ? displayText(one) : (screen ?? '');
}

function otherCounter({ tables: { definition, records } }: InspectedDatabase): OtherCounter {
  return { nouns: nounsOf(definition), records: records.table };
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
    other: inspected && !watchesPresets(state) ? otherCounter(inspected) : undefined,
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
