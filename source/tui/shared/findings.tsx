import { Box, Text } from 'ink';
import type { Finding } from '../../counter/finding.ts';
import { displayText } from '../../format/text.ts';
import { useTheme } from '../theme.ts';
import { Paragraph } from './paragraph.tsx';

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
        <Paragraph>{displayText(message)}</Paragraph>
        <Paragraph dimColor>{displayText(hint)}</Paragraph>
      </Box>
    </Box>
  ));
}
