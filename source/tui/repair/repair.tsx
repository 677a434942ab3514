import { Box, Text } from 'ink';
import { nounsOf } from '../../counter/definition/counter-nouns.ts';
import { displayText } from '../../format/text.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { HostLabel } from '../shared/place-label.tsx';
import type { State } from '../state/model.ts';
import { windowRows } from '../state/selectors.ts';
import type { Repair } from './model.ts';
import { RepairOutcomeView } from './repair-outcome.tsx';
import { RepairReview } from './repair-review.tsx';
import { RepairRun } from './repair-run.tsx';

const titles = { sync: 'Sync', reset: 'Reset', undo: 'Undo' };

/** A repair: what it would change, the phrase that confirms it, its progress and its outcome. */
export function RepairScreen({ state }: { state: State }) {
  const { repair } = state;
  if (!repair) return <Text>No repair is planned.</Text>;
  const height = windowRows(state.size) + 2;
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      <Headline repair={repair} state={state} />
      <Phase repair={repair} state={state} height={height - 1} />
    </Box>
  );
}

/** The action, its target and the database, so that nobody mistakes one database for another. */
function Headline({ repair, state }: { repair: Repair; state: State }) {
  const inspected = repair.plan?.inspected ?? state.inspected;
  const { action, scope, receipt } = repair;
  const what = scope?.title ?? receipt ?? `all ${nounsOf(inspected?.tables.definition).row[1]}`;
  return (
    <Line>
      {inspected ? <HostLabel label={inspected.label} /> : ''}{' '}
      <Text bold>
        {titles[action]} {displayText(what)}
      </Text>
      {inspected ? (
        <Text>
          {' in '}
          <Text bold>{displayText(inspected.server.database)}</Text> at {displayText(inspected.host)} as{' '}
          {displayText(inspected.server.user)}
        </Text>
      ) : (
        ''
      )}
    </Line>
  );
}

function Phase({ repair, state, height }: { repair: Repair; state: State; height: number }) {
  const { phase, plan, error, outcome } = repair;
  switch (phase) {
    case 'planning':
    case 'reviewing':
    case 'typing':
      if (plan) return <RepairReview repair={repair} plan={plan} state={state} height={height} />;
      return (
        <Paragraph dimColor>
          Planning: reading what would change. Nothing is written. Press Esc to cancel.
        </Paragraph>
      );
    case 'running':
      return <RepairRun repair={repair} lost={state.failure !== null} />;
    case 'done':
      return outcome && <RepairOutcomeView repair={repair} outcome={outcome} state={state} height={height} />;
    case 'failed':
      return (
        <Box flexDirection="column" flexShrink={0} marginTop={1}>
          <Paragraph color="red" bold>
            {displayText(error?.message ?? '')}
          </Paragraph>
          <Paragraph>{displayText(error?.hint ?? '')}</Paragraph>
        </Box>
      );
  }
}
