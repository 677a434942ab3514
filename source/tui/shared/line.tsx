import { Box, Text, type TextProps } from 'ink';
import { useTheme } from '../theme.ts';

/** A text in one row, cut at the edge of the terminal. Ink's own truncation mark is not ASCII. */
export function Line(props: TextProps) {
  const { ascii } = useTheme();
  if (!ascii) return <Text {...props} wrap="truncate-end" />;
  return (
    <Box height={1} flexShrink={0} overflow="hidden">
      <Text {...props} wrap="hard" />
    </Box>
  );
}
