import { nounsOf } from '../../counter/definition/counter-nouns.ts';
import { rowsOf } from '../../counter/definition/nouns.ts';
import { displayText } from '../../format/text.ts';
import { outcomeWords, refusalHint, splitLeft } from '../../repair/format-repair.ts';
import type { RepairOutcome } from '../../repair/repair.ts';
import { Facts } from '../shared/facts.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import type { State } from '../state/model.ts';
import { useTheme } from '../theme.ts';
import type { Repair } from './model.ts';
import { leftAlone } from './repair-review.tsx';
import { costFacts } from './repair-run.tsx';

interface Props {
  repair: Repair;
  outcome: RepairOutcome;
  state: State;
  height: number;
}

/** What a repair did, what it cost, and every preset that did not go as planned. */
export function RepairOutcomeView({ repair, outcome, state, height }: Props) {
  const { glyphs } = useTheme();
  const { left, ended, error, cost, receipt } = outcome;
  const { others, notReached } = splitLeft(left, repair.plan?.inspected.tables.definition);
  const hint = refusalHint(left, repair.plan);
  const verdict =
    ended === 'failed' || error ? 'error' : ended === 'interrupted' || left.length > 0 ? 'warning' : 'right';
  const color = { error: 'red', warning: 'yellow', right: 'green' }[verdict];
  const facts: [string, string][] = [...costFacts(cost), ['Receipt', receipt]];
  const lines = [
    <Paragraph key="head" bold color={color}>
      {`${glyphs.verdict[verdict]} ${outcomeWords(outcome, repair.plan?.inspected.tables.definition)}`}
    </Paragraph>,
    ...(error
      ? [
          <Paragraph key="error" color="red">
            {displayText(error.message)}
          </Paragraph>,
          <Paragraph key="hint">{displayText(error.hint)}</Paragraph>,
        ]
      : []),
    <Facts key="facts" facts={facts} />,
    <Paragraph key="history">
      {repair.action === 'undo'
        ? 'Press H for the history.'
        : 'Press H for the history, where it can be undone.'}
      {repair.plan?.inspected.label === 'demo' ? ' The demo database is discarded when you quit.' : ''}
    </Paragraph>,
    ...(left.length > 0
      ? [
          <Paragraph key="left" bold>
            {`Not as planned: ${rowsOf({ nouns: nounsOf(repair.plan?.inspected.tables.definition) }, left.length)}.`}
          </Paragraph>,
          ...(notReached === null ? [] : [<Paragraph key="not reached">{`  ${notReached}`}</Paragraph>]),
          ...(hint === null ? [] : [<Paragraph key="refusal hint">{`  ${hint}`}</Paragraph>]),
          ...leftAlone(others, repair.plan?.inspected.tables.definition).map(({ element }) => element),
        ]
      : []),
  ];
  return <Scrolled lines={lines} offset={state.scroll} height={height} />;
}
