import { Box, Text } from 'ink';
import { type SchemaFinding, schemaFindings } from '../../counter/schema/schema-findings.ts';
import { schemaLines } from '../../format/schema-lines.ts';
import { displayText } from '../../format/text.ts';
import { Scrolled } from '../shared/scrolled.tsx';
import type { State } from '../state/model.ts';
import { windowRows } from '../state/selectors.ts';
import { useTheme } from '../theme.ts';

/** What is odd about both tables and what follows from it; then the tables as the catalog describes them. */
export function TablesScreen({ state }: { state: State }) {
  const { schemaReport: report, trigger, totals, orphans } = state;
  if (!report) return <Text>Reading the catalog</Text>;
  const complete = report.hiddenBy.length === 0;
  const remarks = schemaFindings(report, {
    orphans: totals === null || !complete ? null : orphans,
    findings: trigger?.findings ?? [],
  });
  const lines = [
    <Text key="odd" bold>
      What is odd here, and what follows
    </Text>,
    ...(remarks.length === 0 ? [<Text key="none">{'  nothing'}</Text>] : []),
    ...remarks.map((remark, index) => <Remark key={`remark ${index.toString()}`} remark={remark} />),
    ...schemaLines(report).map(({ kind, text }, index) => (
      <Box
        // biome-ignore lint/suspicious/noArrayIndexKey: two constraints may be equal; only their position differs.
        key={`line ${index}`}
        flexShrink={0}
        marginTop={kind === 'head' ? 1 : 0}
        paddingLeft={kind === 'head' ? 0 : 2}
      >
        <Text bold={kind === 'head'}>{displayText(text)}</Text>
      </Box>
    )),
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={windowRows(state.size) + 2} />;
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
      <Text>{displayText(message)}</Text>
    </Box>
  );
}
