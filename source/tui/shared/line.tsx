import { Box, Text, type TextProps } from 'ink';
import { useTheme } from '../theme.ts';

/** A text that takes one row, cut where the terminal ends. Ink's own mark for that is no ASCII character. */
export function Line(props: TextProps) {
  const { ascii } = useTheme();
  if (!ascii) return <Text {...props} wrap="truncate-end" />;
  return (
    <Box height={1} flexShrink={0} overflow="hidden">
      <Text {...props} wrap="hard" />
    </Box>
  );
}
