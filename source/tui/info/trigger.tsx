import { Box, Text } from 'ink';
import { Table } from 'ink-table';
import type { ReactElement } from 'react';
import type { CounterDefinition, Noun } from '../../counter/definition/definition.ts';
import type { Finding } from '../../counter/finding.ts';
import { knownBy, whatIsCounted } from '../../format/format-definition.ts';
import { displayText, toWidth } from '../../format/text.ts';
import type { ShownHealth } from '../../trigger/defined/shown-health.ts';
import type { Writer } from '../../trigger/effects/writer.ts';
import { writerLines } from '../../trigger/format-writers.ts';
import { enabledMeaningOf, type TriggerState } from '../../trigger/health.ts';
import { contentionFinding } from '../../watch/contention.ts';
import { Facts } from '../shared/facts.tsx';
import { FindingList } from '../shared/findings.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { titledRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';
import { Events } from './events.tsx';

/** Whether the catalog says that the count is kept, and what else writes it. */
export function TriggerScreen({ state }: { state: State }) {
  const { trigger: health, triggerFailure: failure, size } = state;
  const height = titledRows(size);
  if (!health && !failure) return <Text>Reading the catalog</Text>;
  const definition = watchesPresets(state) ? undefined : state.inspected?.tables.definition;
  const facts = health && <Triggers key="triggers" health={health} noun={nounsIn(state).event} />;
  const contention = contentionFinding(state.contention);
  const findings = health && (
    <Findings key="findings" findings={contention ? [contention, ...health.findings] : health.findings} />
  );
  const lines = [
    health ? <Headline key="headline" health={health} /> : null,
    failure ? (
      <Paragraph key="failure" color="yellow">
        {displayText(`What keeps the count could not be read. ${failure.message} ${failure.hint}`)}
      </Paragraph>
    ) : null,
    definition ? <Definition key="definition" definition={definition} /> : null,
    // Where it is told what is missed, the findings say why, and come before what the triggers are.
    ...(definition && health
      ? [
          <Events key="events" events={health.events} definition={definition} columns={size.columns} />,
          findings,
          facts,
        ]
      : [facts, findings]),
    health && <Others key="others" health={health} columns={size.columns} />,
    ...(health ? writersOf(health.writers) : []),
    definition ? <Evidence key="evidence" evidence={definition.source.evidence} /> : null,
  ];
  return <Scrolled lines={lines.filter(line => line !== null)} offset={state.scroll} height={height} />;
}

function Headline({ health: { healthy, headline } }: { health: ShownHealth }) {
  const { glyphs } = useTheme();
  return (
    <Paragraph color={healthy ? 'green' : 'red'} bold>
      {displayText(`${healthy ? glyphs.on : glyphs.off} ${headline}`)}
    </Paragraph>
  );
}

/** What is counted, and how that is known. */
function Definition({ definition }: { definition: CounterDefinition }) {
  return (
    <Facts
      facts={[
        ['Counts', whatIsCounted(definition)],
        ['Known by', knownBy(definition)],
      ]}
    />
  );
}

function Evidence({ evidence }: { evidence: readonly string[] }) {
  if (evidence.length === 0) return null;
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      <Text bold>How the counter is known</Text>
      {evidence.map(sentence => (
        <Box key={sentence} paddingLeft={2} flexShrink={0}>
          <Paragraph>{displayText(sentence)}</Paragraph>
        </Box>
      ))}
    </Box>
  );
}

/** The triggers that keep the count. */
function Triggers({ health, noun }: { health: ShownHealth; noun: Noun }) {
  const { triggers, track } = health;
  const facts = triggers.map((trigger, place): [string, string][] => [
    ...triggerFacts(trigger, noun),
    ...(track && place === 0 ? [calledFact(track)] : []),
  ]);
  return (
    <Box flexDirection="column" flexShrink={0}>
      {triggers.length === 0 ? <Facts facts={[['Trigger', 'none']]} /> : null}
      {facts.map((each, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they hold no state
        <Box key={place} flexDirection="column" flexShrink={0} marginTop={track ? 0 : 1}>
          <Facts facts={each} />
        </Box>
      ))}
    </Box>
  );
}

function triggerFacts(trigger: TriggerState, noun: Noun): [string, string][] {
  return [
    ['Trigger', `${trigger.name}${trigger.exists ? '' : ' (does not exist)'}`],
    ['Table', trigger.table ?? 'none'],
    ['Enabled', trigger.enabled ? `${trigger.enabled}: ${enabledMeaningOf(noun)[trigger.enabled]}` : 'no'],
    [
      'Fires',
      trigger.timing
        ? `${trigger.timing} ${trigger.events.join(' OR ')}, for each ${trigger.level}`
        : 'never',
    ],
    [
      'Function',
      trigger.function ?? (trigger.functionExists ? 'exists, but no trigger runs it' : 'does not exist'),
    ],
    ['Definition', trigger.definition ?? 'none'],
  ];
}

function calledFact(track: NonNullable<ShownHealth['track']>): [string, string] {
  const names = track.map(({ identity }) => identity).join(', ');
  return ['Called', names || 'nothing: the application inserts records'];
}

function Findings({ findings }: { findings: Finding[] }) {
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      <Text bold>Findings</Text>
      {findings.length === 0 ? <Text>{'  none'}</Text> : null}
      <FindingList findings={findings} />
    </Box>
  );
}

function writersOf(writers: readonly Writer[]): ReactElement[] {
  return [
    <Box key="writers" flexDirection="column" flexShrink={0} marginTop={1}>
      <Text bold>What writes the count or the records</Text>
      {writers.length === 0 ? <Text>{'  nothing'}</Text> : null}
    </Box>,
    ...writers.map((writer, index) => {
      const { head, lines } = writerLines(writer);
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: several may share a name, and they hold no state
        <Box key={`writer ${index}`} flexDirection="column" flexShrink={0} paddingLeft={2}>
          <Paragraph>{displayText(head)}</Paragraph>
          {lines.map(line => (
            <Box key={line} paddingLeft={2} flexShrink={0}>
              <Paragraph dimColor>{displayText(line)}</Paragraph>
            </Box>
          ))}
        </Box>
      );
    }),
  ];
}

/** Texts are cut to size first, because ink-table measures them by length, not by cells. */
function Others({ health, columns }: { health: ShownHealth; columns: number }) {
  const { glyphs } = useTheme();
  const share = Math.max(12, Math.floor((columns - 44) / 3));
  const cut = (text: string) => toWidth(displayText(text), share, 'left', glyphs.ellipsis);
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      <Text bold>Other triggers on both tables</Text>
      {health.others.length === 0 ? (
        <Text>{'  none'}</Text>
      ) : (
        <Table
          data={health.others.map(other => ({
            trigger: cut(other.name),
            table: cut(other.table),
            fires: `${other.timing} ${other.events.map(event => event.slice(0, 3)).join(' ')}`,
            enabled: other.enabled,
            function: cut(other.function),
          }))}
        />
      )}
    </Box>
  );
}
