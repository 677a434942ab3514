import { Box, Text } from 'ink';
import type { ReactElement } from 'react';

/** As many of `lines` as fit into `height` rows, from `offset` on, never past the end; each is one row high. */
export function Scrolled({
  lines,
  offset,
  height,
}: {
  lines: ReactElement[];
  offset: number;
  height: number;
}) {
  const whole = lines.length <= height;
  // The last row tells what is below, where not everything fits.
  const room = whole ? height : height - 1;
  const start = Math.max(0, Math.min(offset, lines.length - room));
  const below = lines.length - start - room;
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      {lines.slice(start, start + room)}
      {whole ? null : (
        <Text dimColor>{below > 0 ? `  ${below} more lines below: j and k scroll` : '  the end'}</Text>
      )}
    </Box>
  );
}
