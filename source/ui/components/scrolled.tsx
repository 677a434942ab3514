import { Box, type DOMElement, Text, useBoxMetrics } from 'ink';
import { type ReactElement, useRef } from 'react';

/** As many rows of `lines` as fit into `height`, from `offset` on, never past the end; a line may take several rows. */
export function Scrolled({
  lines,
  offset,
  height,
}: {
  lines: ReactElement[];
  offset: number;
  height: number;
}) {
  const content = useRef<DOMElement>(null);
  // How many rows the lines take in this terminal is known once they are laid out: before that, none.
  const { height: rows } = useBoxMetrics(content);
  const whole = rows <= height;
  // The last row tells what is below, where not everything fits.
  const room = whole ? height : height - 1;
  const start = Math.max(0, Math.min(offset, rows - room));
  const below = rows - start - room;
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      <Box flexDirection="column" height={room} flexShrink={0} overflow="hidden" contentOffsetY={start}>
        <Box ref={content} flexDirection="column" flexShrink={0}>
          {lines}
        </Box>
      </Box>
      {whole ? null : (
        <Text dimColor>{below > 0 ? `  ${below} more lines below: j and k scroll` : '  the end'}</Text>
      )}
    </Box>
  );
}
