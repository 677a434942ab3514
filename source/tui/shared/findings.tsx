import { Box, Text } from 'ink';
import type { Finding } from '../../counter/finding.ts';
import { displayText } from '../../format/text.ts';
import { useTheme } from '../theme.ts';

/** A list of findings, each with its severity and its hint. */
export function FindingList({ findings }: { findings: readonly Finding[] }) {
  const { severity: colors } = useTheme();
  return findings.map(({ code, severity, message, hint }) => (
    <Box key={code + message} flexShrink={0}>
      <Box width={10} flexShrink={0}>
        <Text color={colors[severity]} bold>
          {'  '}
          {severity}
        </Text>
      </Box>
      <Box flexDirection="column">
        <Text>{displayText(message)}</Text>
        <Text dimColor>{displayText(hint)}</Text>
      </Box>
    </Box>
  ));
}
