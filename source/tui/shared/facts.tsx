import { Box, Text } from 'ink';
import { displayText } from '../../format/text.ts';

/** Names and values, one per line; a long value wraps within its column. */
export function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return facts.map(([name, value]) => (
    <Box key={name} flexShrink={0}>
      <Box width={12} flexShrink={0}>
        <Text dimColor>{name}</Text>
      </Box>
      <Text>{displayText(value)}</Text>
    </Box>
  ));
}
