import { Box, type DOMElement, Text, useBoxMetrics } from 'ink';
import { type ReactElement, useContext, useLayoutEffect, useRef } from 'react';
import { count } from '../../format/numbers.ts';
import { ScrollLimit } from '../keys/scroll-limit.ts';

interface Props {
  lines: ReactElement[];
  offset: number;
  height: number;
  /** More rows after the lines, possibly thousands: only the visible ones are laid out. */
  tail?: { rows: number; row: (index: number) => ReactElement } | undefined;
}

const noTail = { rows: 0, row: () => <Text> </Text> };

/** The rows of `lines` from `offset` on that fit into `height`, never past the end. A line may wrap to several rows. */
export function Scrolled({ lines, offset, height, tail = noTail }: Props) {
  const content = useRef<DOMElement>(null);
  // The height of the lines is 0 until they are laid out.
  const { height: measured } = useBoxMetrics(content);
  const rows = measured + tail.rows;
  const whole = rows <= height;
  // If not everything fits, the last row says how much is below.
  const room = whole ? height : height - 1;
  const start = Math.max(0, Math.min(offset, rows - room));
  const below = rows - start - room;
  const limit = useContext(ScrollLimit);
  // Before the frame is drawn: the next key may come as soon as it is seen.
  useLayoutEffect(() => {
    limit.rows = Math.max(0, rows - room);
  });
  const first = Math.max(0, start - measured);
  const last = Math.min(tail.rows, start + room - measured);
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      <Box flexDirection="column" height={room} flexShrink={0} overflow="hidden" contentOffsetY={start}>
        <Box ref={content} flexDirection="column" flexShrink={0}>
          {lines}
        </Box>
        <Box height={first} flexShrink={0} />
        <Box flexDirection="column" flexShrink={0}>
          {Array.from({ length: Math.max(0, last - first) }, (_, index) => tail.row(first + index))}
        </Box>
      </Box>
      {whole ? null : (
        <Text dimColor>{below > 0 ? `  ${count(below)} more lines below: j and k scroll` : '  the end'}</Text>
      )}
    </Box>
  );
}
