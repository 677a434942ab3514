import { Box, type DOMElement, measureElement, Text, useBoxMetrics, useIsScreenReaderEnabled } from 'ink';
import { type ReactElement, useContext, useLayoutEffect, useRef, useState } from 'react';
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

/** What fits of a text that is longer than the screen, and how much is below. */
export function Scrolled(props: Props) {
  return useIsScreenReaderEnabled() ? <ReadAloud {...props} /> : <Rows {...props} />;
}

/**
 * For a screen reader: as many whole lines as fit. It is given all that is laid out, so that nothing may be laid out which the terminal
 * would push out at its top, with the header.
 */
function ReadAloud({ lines, offset, height, tail = noTail }: Props) {
  const content = useRef<DOMElement>(null);
  const [fitting, setFitting] = useState(Math.ceil(height / 2));
  const all = lines.length + tail.rows;
  const start = Math.max(0, Math.min(offset, all - 1));
  const end = Math.min(all, start + fitting);
  const limit = useContext(ScrollLimit);
  useLayoutEffect(() => {
    limit.rows = Math.max(0, all - 1);
    const rows = content.current ? measureElement(content.current).height : 0;
    if (rows > height - 1 && fitting > 1) setFitting(fitting - 1);
  });
  return (
    <Box flexDirection="column">
      <Box ref={content} flexDirection="column" flexShrink={0}>
        {Array.from({ length: end - start }, (_, index) =>
          start + index < lines.length ? lines[start + index] : tail.row(start + index - lines.length),
        )}
      </Box>
      <Text>{end < all ? `  ${count(all - end)} more below: j and k scroll` : '  the end'}</Text>
    </Box>
  );
}

/** The rows of `lines` from `offset` on that fit into `height`, never past the end. A line may wrap to several rows. */
function Rows({ lines, offset, height, tail = noTail }: Props) {
  const content = useRef<DOMElement>(null);
  // The height of the lines is 0 until they are laid out.
  const { height: measured, hasMeasured } = useBoxMetrics(content);
  const rows = measured + tail.rows;
  const whole = rows <= height;
  // If not everything fits, the last row says how much is below.
  const room = whole ? height : height - 1;
  const start = Math.max(0, Math.min(offset, rows - room));
  const below = rows - start - room;
  const limit = useContext(ScrollLimit);
  // Before the frame is drawn: the next key may come as soon as it is seen.
  useLayoutEffect(() => {
    limit.rows = hasMeasured ? Math.max(0, rows - room) : Number.MAX_SAFE_INTEGER;
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
