import { Box, Text } from 'ink';
import { isOfPresets, nounsOf } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { type SchemaFinding, schemaFindings } from '../../counter/schema/schema-findings.ts';
import { inWordsOf } from '../../diagnosis/in-words.ts';
import { counterSchemaLines, schemaLines } from '../../format/schema-lines.ts';
import { displayText } from '../../format/text.ts';
import { Paragraph } from '../shared/paragraph.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import type { State } from '../state/model.ts';
import { titledRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';

/** What is odd about both tables and what follows from it; then the tables as the catalog describes them. */
export function TablesScreen({ state }: { state: State }) {
  const { schemaReport: report, trigger, totals, orphans } = state;
  if (!report) return <Text>Reading the catalog</Text>;
  const complete = report.hiddenBy.length === 0;
  const found = schemaFindings(report, {
    orphans: totals === null || !complete ? null : orphans,
    findings: trigger?.findings ?? [],
  });
  const definition = state.inspected?.tables.definition;
  const other = definition && !isOfPresets(definition) ? definition : null;
  const remarks = other ? inOtherWords(found, other) : found;
  const told = other ? counterSchemaLines(report, nounsOf(other)) : schemaLines(report);
  const lines = [
    <Text key="odd" bold>
      What is odd here, and what follows
    </Text>,
    ...(remarks.length === 0 ? [<Text key="none">{'  nothing'}</Text>] : []),
    ...remarks.map((remark, index) => <Remark key={`remark ${index.toString()}`} remark={remark} />),
    ...told.map(({ kind, text }, index) => (
      <Box
        // biome-ignore lint/suspicious/noArrayIndexKey: two constraints may be equal; only their position differs.
        key={`line ${index}`}
        flexShrink={0}
        marginTop={kind === 'head' ? 1 : 0}
        paddingLeft={kind === 'head' ? 0 : 2}
      >
        <Paragraph bold={kind === 'head'}>{displayText(text)}</Paragraph>
      </Box>
    )),
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={titledRows(state.size)} />;
}

// These compare names with those of presets, or are about columns that other counters do not need.
const aboutPresets: ReadonlySet<string> = new Set([
  'other-names',
  'no-last-used',
  'no-label',
  'no-time-column',
  'two-times',
  'time-is-no-time',
  'required-columns',
]);

/** What is odd about the tables of a counter other than that of presets, in its words. */
function inOtherWords(found: readonly SchemaFinding[], definition: CounterDefinition): SchemaFinding[] {
  const words = inWordsOf(definition);
  return found
    .filter(({ code }) => !aboutPresets.has(code))
    .map(each => ({ ...each, message: words(each.message) }));
}

function Remark({ remark: { severity, message } }: { remark: SchemaFinding }) {
  const { severity: colors } = useTheme();
  return (
    <Box flexShrink={0}>
      <Box width={10} flexShrink={0}>
        <Text color={colors[severity]} bold>
          {'  '}
          {severity}
        </Text>
      </Box>
      <Paragraph>{displayText(message)}</Paragraph>
    </Box>
  );
}
