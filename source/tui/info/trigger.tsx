import { Box, Text } from 'ink';
import { Table } from 'ink-table';
import type { Finding } from '../../counter/finding.ts';
import { knownBy, whatIsCounted } from '../../format/format-definition.ts';
import { displayText, toWidth } from '../../format/text.ts';
import type { Writer } from '../../trigger/effects/writer.ts';
import { writerLines } from '../../trigger/format-writers.ts';
import { enabledMeaning, type TriggerHealth } from '../../trigger/health.ts';
import { healthHeadline } from '../../trigger/health-headline.ts';
import { FindingList } from '../shared/findings.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import { watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { windowRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';

/** Whether the catalog says that each use is counted exactly once, and what else writes the count. */
export function TriggerScreen({ state }: { state: State }) {
  const height = windowRows(state.size) + 2;
  if (!state.trigger)
    return watchesPresets(state) ? <Text>Reading the catalog</Text> : <Keepers state={state} />;
  const lines = [
    <Facts key="facts" health={state.trigger} />,
    <Findings key="findings" findings={state.trigger.findings} />,
    <Others key="others" health={state.trigger} columns={state.size.columns} />,
    <Writers key="writers" writers={state.trigger.writers} />,
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={height} />;
}

/** What is known of a counter whose trigger is not judged: what writes it, and how that is known. */
function Keepers({ state }: { state: State }) {
  const definition = state.inspected?.tables.definition;
  if (!definition) return <Text>Reading the catalog</Text>;
  const { id, writers, source } = definition;
  const lines = [
    <Text key="id" bold>
      {displayText(`${id}: ${whatIsCounted(definition)}`)}
    </Text>,
    <Text key="known">{displayText(`Known by: ${knownBy(definition)}.`)}</Text>,
    <Text key="judged">
      {displayText(`Whether each event is counted right: run preset-usage trigger --counter ${id}.`)}
    </Text>,
    <Text key="gap"> </Text>,
    <Text key="writers" bold>
      What keeps the count
    </Text>,
    ...(writers.length === 0 ? [<Text key="none">{'  nothing was found'}</Text>] : []),
    ...writers.map(({ kind, name, events }) => (
      <Text key={`${kind} ${name}`}>
        {displayText(`  ${kind} ${name}${events.length === 0 ? '' : `: ${events.join(', ')}`}`)}
      </Text>
    )),
    <Text key="gap2"> </Text>,
    <Text key="evidence" bold>
      How that is known
    </Text>,
    ...source.evidence.map(sentence => <Text key={sentence}>{displayText(`  ${sentence}`)}</Text>),
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={windowRows(state.size) + 2} />;
}

function Facts({ health }: { health: TriggerHealth }) {
  const { glyphs } = useTheme();
  const { trigger, healthy, track } = health;
  const facts: [string, string][] = [
    ['Trigger', `${trigger.name}${trigger.exists ? '' : ' (does not exist)'}`],
    ['Table', trigger.table ?? 'none'],
    ['Enabled', trigger.enabled ? `${trigger.enabled}: ${enabledMeaning[trigger.enabled]}` : 'no'],
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
    [
      'Called',
      track.map(({ identity }) => identity).join(', ') || 'nothing: the application inserts records',
    ],
  ];
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Text color={healthy ? 'green' : 'red'} bold>
        {`${healthy ? glyphs.on : glyphs.off} ${healthHeadline(health)}`}
      </Text>
      {facts.map(([name, value]) => (
        <Box key={name} flexShrink={0}>
          <Box width={12} flexShrink={0}>
            <Text dimColor>{name}</Text>
          </Box>
          <Text>{displayText(value)}</Text>
        </Box>
      ))}
    </Box>
  );
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

function Writers({ writers }: { writers: Writer[] }) {
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      <Text bold>What writes the count or the records</Text>
      {writers.length === 0 ? <Text>{'  nothing'}</Text> : null}
      {writers.map((writer, index) => {
        const { head, lines } = writerLines(writer);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: several may share a name, and they hold no state
          <Box key={index} flexDirection="column" flexShrink={0} paddingLeft={2}>
            <Text>{displayText(head)}</Text>
            {lines.map(line => (
              <Box key={line} paddingLeft={2} flexShrink={0}>
                <Text dimColor>{displayText(line)}</Text>
              </Box>
            ))}
          </Box>
        );
      })}
    </Box>
  );
}

/** Texts are cut to size first, because ink-table measures them by length, not by cells. */
function Others({ health, columns }: { health: TriggerHealth; columns: number }) {
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
