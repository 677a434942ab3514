import { Box, Text } from 'ink';
import { displayText } from '../../format/text.ts';
import { Paragraph } from './paragraph.tsx';

/** Names and values, one per line; a long value wraps within its column. */
export function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return facts.map(([name, value]) => (
    <Box key={name} flexShrink={0}>
      <Box width={12} flexShrink={0}>
        <Text dimColor>{name}</Text>
      </Box>
      <Paragraph>{displayText(value)}</Paragraph>
    </Box>
  ));
}
