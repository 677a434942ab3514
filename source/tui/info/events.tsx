import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { displayText } from '../../format/text.ts';
import type { EventHealth } from '../../trigger/defined/judge.ts';
import { canHappenWords, eventWords, keptWords } from '../../trigger/defined/words.ts';
import { Paragraph } from '../shared/paragraph.tsx';
import { useTheme } from '../theme.ts';

/** What can happen to records, what the count then does, whether that is right, and what makes it happen. */
export function Events({
  events,
  definition,
  columns,
}: {
  events: readonly EventHealth[];
  definition: CounterDefinition;
  columns: number;
}) {
  // In cells; the last column has the rest, and every text wraps in its own.
  const widths = [Math.max(28, Math.min(46, Math.floor(columns * 0.4))), 11, 11];
  const titles = ['Event', 'Count', 'Kept', 'Can happen'];
  return (
    <Box flexDirection="column" flexShrink={0} marginTop={1}>
      <Cells widths={widths}>
        {titles.map(title => (
          <Text key={title} bold>
            {title}
          </Text>
        ))}
      </Cells>
      {events.map(each => (
        <Cells key={each.event} widths={widths}>
          <Paragraph>{displayText(eventWords(each.event, definition))}</Paragraph>
          <Text>{displayText(each.effect ?? '-')}</Text>
          <Kept event={each} />
          <Paragraph dimColor>{displayText(canHappenWords(each))}</Paragraph>
        </Cells>
      ))}
    </Box>
  );
}

function Kept({ event }: { event: EventHealth }) {
  const { severity } = useTheme();
  const { handled, canHappen } = event;
  const serious = handled === false && canHappen;
  if (handled === true) return <Text color="green">{keptWords(event)}</Text>;
  return (
    <Text color={serious ? severity.error : severity.warning} bold={serious}>
      {keptWords(event)}
    </Text>
  );
}

/** One row of a table whose cells wrap. */
function Cells({ widths, children }: { widths: readonly number[]; children: ReactElement[] }) {
  return (
    <Box flexShrink={0}>
      {children.map((cell, place) => {
        const width = widths[place];
        return (
          <Box
            key={cell.key ?? place}
            {...(width === undefined ? { flexGrow: 1, flexShrink: 1 } : { width, flexShrink: 0 })}
            paddingLeft={place === 0 ? 2 : 0}
            paddingRight={1}
          >
            {cell}
          </Box>
        );
      })}
    </Box>
  );
}
