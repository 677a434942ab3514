import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { nounsOf, titled } from '../../counter/definition/counter-nouns.ts';
import { type Nouns, rowsOf } from '../../counter/definition/nouns.ts';
import type { Quantity } from '../../counter/quantity.ts';
import { brief, count, signed } from '../../format/numbers.ts';
import { table } from '../../format/table.ts';
import { displayText } from '../../format/text.ts';
import { firesWords, lastUsedWords, leftLines, leftTitle, planWords } from '../../repair/format-repair.ts';
import type { RepairPlan } from '../../repair/plan/repair-plan.ts';
import type { Change, LeftAlone } from '../../repair/repair.ts';
import { namesIn } from '../rows/shared-names.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { Scrolled } from '../shared/scrolled.tsx';
import type { State } from '../state/model.ts';
import { type Theme, useTheme } from '../theme.ts';
import type { Repair } from './model.ts';
import { isEmptyPlan } from './state.ts';

/** Rows of the foot, which does not scroll: it says what to press. */
const footRows = 3;
const fewestChanges = 3;
// Each preset that is left alone is one line; laying out thousands takes seconds.
const mostLeft = 200;

interface Props {
  repair: Repair;
  plan: RepairPlan;
  state: State;
  height: number;
}

/** What a plan changes and its side effects; below, how to confirm it. */
export function RepairReview({ repair, plan, state, height }: Props) {
  const theme = useTheme();
  const { columns } = state.size;
  const room = height - footRows;
  const above = summary(repair, plan, theme);
  const below = circumstances(plan);
  // The changes get the rows that the other parts leave. The SQL is reached by scrolling, and a row says so.
  const taken = heightOf([...above, ...below], columns) + 3;
  const left = room - 1 - taken;
  const lines = [
    ...above.map(({ element }) => element),
    ...changesTable(plan, state, left, theme),
    ...below.map(({ element }) => element),
    ...statements(plan),
  ];
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Scrolled
        lines={lines}
        offset={state.scroll}
        height={room}
        tail={wholeTable(plan, state, left, theme)}
      />
      <Foot repair={repair} plan={plan} />
    </Box>
  );
}

/** A paragraph and the length of its text, to estimate its rows before it is laid out. */
interface Part {
  length: number;
  element: ReactElement;
}

function heightOf(paragraphs: readonly Part[], columns: number): number {
  // Words do not fill a row to its end.
  return paragraphs.reduce((sum, { length }) => sum + Math.max(1, Math.ceil(length / (columns - 6))), 0);
}

function paragraph(text: string, style: Parameters<typeof Text>[0] = {}): Part {
  const shown = displayText(text);
  return {
    length: shown.length,
    element: (
      <Paragraph key={`text ${shown}`} {...style}>
        {shown}
      </Paragraph>
    ),
  };
}

function summary({ notice, phase, options }: Repair, plan: RepairPlan, { severity }: Theme): Part[] {
  const { action, remarks, fingerprint, inspected } = plan;
  const nouns = nounsOf(inspected.tables.definition);
  const fires = firesWords(plan);
  const box = (on: boolean) => (on ? '[x]' : '[ ]');
  const switches = [
    ...(action === 'reset' ? [`d ${box(options.deleteHistory)} delete the ${nouns.record[1]} too`] : []),
    ...(action === 'sync' && inspected.tables.presets.lastUsed !== null
      ? [`n ${box(options.lastUsed)} ${nouns.touched ?? inspected.tables.presets.lastUsed} too`]
      : []),
    ...(options.except !== undefined || remarks.some(({ code }) => code === 'were-right')
      ? [`e ${box(options.except !== undefined)} leave out counts whose ${nouns.record[1]} were deleted`]
      : []),
    ...(plan.firesTriggers.length > 0 && plan.whyNotSuppress === null
      ? [`o ${box(options.suppressTriggers)} keep triggers from firing`]
      : []),
  ];
  return [
    ...(notice !== null && phase !== 'typing' ? [paragraph(notice, { color: 'yellow', bold: true })] : []),
    paragraph(planWords(plan), { bold: true }),
    ...(switches.length > 0 ? [paragraph(switches.join('   '))] : []),
    ...remarks.map(({ severity: how, message }) =>
      paragraph(`${how}: ${message}`, { color: severity[how], bold: how !== 'info' }),
    ),
    ...(fires === null ? [] : [paragraph(`warning: ${fires}`, { color: severity.warning, bold: true })]),
    paragraph(`Fingerprint ${fingerprint}`, { dimColor: true }),
  ];
}

const names = new WeakMap<readonly Change[], (change: Change) => string>();

/** What the rows of a plan are called, as on the list; found out once, because the table is drawn with each key. */
function namesOf(changes: readonly Change[], { rows }: State): (change: Change) => string {
  const known = names.get(changes) ?? namesIn(rows, changes);
  names.set(changes, known);
  return known;
}

/** Rows of the table of changes: its head, and one or two for each preset. */
function tableOf(plan: RepairPlan, state: State, { glyphs }: Theme) {
  const { columns } = state.size;
  const { changes, action } = plan;
  const { touched } = plan.inspected.tables.definition.row;
  const deletes = changes.some(change => change.deletes !== 0);
  const numbers = deletes ? 4 : 3;
  const { sums } = nounsOf(plan.inspected.tables.definition);
  const width = sums ? widthOf(changes, Math.floor((columns - 18) / numbers) - 1) : leastWidth;
  const name = columns - 2 - numbers * (width + 1);
  const row = table([name, ...Array.from({ length: numbers }, () => ({ right: width }))], glyphs.ellipsis);
  const records = action === 'undo' ? 'Put back' : 'Deleted';
  const timed = changes.some(change => lastUsedWords(change, action, touched) !== null);
  const called = namesOf(changes, state);
  return {
    head: row([
      displayText(titled(nounsOf(plan.inspected.tables.definition).row[0])),
      'Before',
      'After',
      'Difference',
      ...(deletes ? [records] : []),
    ]),
    /** Two rows for each preset if times are shown too. */
    each: timed ? 2 : 1,
    rows(change: Change): string[] {
      const { before, after, delta } = change;
      const counts = row([
        called(change),
        before === null ? 'NULL' : figure(count(before), before, width),
        after === null ? 'NULL' : figure(count(after), after, width),
        figure(signed(delta), delta, width),
        ...(deletes ? [brief(Math.abs(change.deletes), width)] : []),
      ]);
      return timed ? [counts, `  ${lastUsedWords(change, action, touched) ?? ''}`] : [counts];
    },
  };
}

// In cells.
const leastWidth = 11;
const mostWidth = 28;

/** The width that shows every digit of the sums of a plan, up to `room`. */
function widthOf(changes: readonly Change[], room: number): number {
  const longest = changes.reduce((most, { before, after, delta }) => {
    const texts = [count(before ?? 0), count(after ?? 0), signed(delta)];
    return Math.max(most, ...texts.map(text => text.length));
  }, leastWidth);
  return Math.max(leastWidth, Math.min(longest, room, mostWidth));
}

/** A quantity in full, or shortened if it would be cut: the rest of a number looks like another number. */
function figure(text: string, quantity: Quantity, width: number): string {
  return text.length <= width ? text : brief(Number(quantity), width);
}

function changesTable(plan: RepairPlan, state: State, room: number, theme: Theme): ReactElement[] {
  const { changes } = plan;
  if (changes.length === 0) return [];
  const table = tableOf(plan, state, theme);
  const shown = Math.max(fewestChanges, Math.floor(room / table.each));
  const rest = changes.length - shown;
  return [
    <Line key="changes" bold>
      {table.head}
    </Line>,
    ...changes
      .slice(0, rest > 0 ? shown : undefined)
      .map(change => <Text key={`change ${change.id}`}>{table.rows(change).join('\n')}</Text>),
    ...(rest > 0
      ? [
          <Line key="rest" dimColor>
            {`and ${count(rest)} more: press G for the full list at the end`}
          </Line>,
        ]
      : []),
    <Text key="after changes"> </Text>,
  ];
}

/** Every preset of a plan, after everything else; undefined if the table above has them all. */
function wholeTable(plan: RepairPlan, state: State, room: number, theme: Theme) {
  const { changes } = plan;
  const table = tableOf(plan, state, theme);
  if (changes.length <= Math.max(fewestChanges, Math.floor(room / table.each))) return undefined;
  const above = [
    '',
    displayText(`All ${rowsOf({ nouns: nounsOf(plan.inspected.tables.definition) }, changes.length)}:`),
    table.head,
  ];
  return {
    rows: above.length + changes.length * table.each,
    row(index: number) {
      const place = index - above.length;
      const change = changes[Math.floor(place / table.each)];
      const text = place < 0 || !change ? above[index] : table.rows(change)[place % table.each];
      return (
        <Line key={index} bold={place < 0}>
          {text === '' ? ' ' : text}
        </Line>
      );
    },
  };
}

/** Side effects of the changes: triggers, presets left alone, and the receipt's path. */
function circumstances(plan: RepairPlan): Part[] {
  const { firesTriggers, options, whyNotSuppress, left, backup } = plan;
  return [
    ...(firesTriggers.length > 0
      ? [
          paragraph(options.suppressTriggers ? 'Triggers kept from firing:' : 'Triggers that fire:', {
            bold: true,
          }),
          ...firesTriggers.map(({ name, table, event, function: run, effects, always }) =>
            paragraph(
              `  ${name} on ${table} (${event}) runs ${run}${effects.length > 0 ? `: ${effects.join('; ')}` : ''}${always && options.suppressTriggers ? ' (still fires)' : ''}`,
            ),
          ),
          ...(whyNotSuppress === null
            ? []
            : [paragraph(`  They cannot be kept from firing: ${whyNotSuppress}.`, { dimColor: true })]),
        ]
      : []),
    ...(left.length > 0
      ? [
          paragraph(
            `${leftTitle(plan.action)}: ${rowsOf({ nouns: nounsOf(plan.inspected.tables.definition) }, left.length)}.`,
            { bold: true },
          ),
          ...leftAlone(left, { nouns: nounsOf(plan.inspected.tables.definition) }),
        ]
      : []),
    ...(isEmptyPlan(plan) ? [] : [paragraph(`The receipt goes to ${backup}`)]),
  ];
}

/** Each preset that is left alone, with the reason. */
export function leftAlone(left: readonly LeftAlone[], named?: Nouns): Part[] {
  const lines = leftLines(left, named);
  const rest = lines.slice(mostLeft).reduce((sum, { rows }) => sum + rows, 0);
  return [
    ...lines.slice(0, mostLeft).map(({ key, text }) => {
      const { length, element } = paragraph(`  ${text}`);
      return { length, element: <Box key={`left ${key}`}>{element}</Box> };
    }),
    ...(rest > 0 ? [paragraph(`  and ${count(rest)} more`)] : []),
  ];
}

function statements({ statements: sql }: RepairPlan): ReactElement[] {
  if (sql.length === 0) return [];
  const rows = sql.flatMap(statement => `${statement};`.split('\n'));
  return [
    <Text key="sql"> </Text>,
    <Text key="sql title" bold>
      Each batch runs:
    </Text>,
    ...rows.map((text, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: rows of one text never change places
      <Text key={`sql ${index}`} dimColor>
        {displayText(text)}
      </Text>
    )),
  ];
}

function Foot({ repair, plan }: { repair: Repair; plan: RepairPlan }) {
  const phrase = displayText(plan.phrase);
  if (repair.phase === 'typing') {
    return (
      <Box flexDirection="column" height={footRows} flexShrink={0}>
        <Line bold>Type this phrase and press Enter to run the plan, or press Esc to go back:</Line>
        <Line>
          {'  '}
          <Text bold color="cyan">
            {phrase}
          </Text>
        </Line>
        <Line>
          {'> '}
          {displayText(repair.typed)}
          <Text inverse> </Text>
          {repair.notice === null ? (
            ''
          ) : (
            <Text color="yellow" bold>
              {'  '}
              {repair.notice}
            </Text>
          )}
        </Line>
      </Box>
    );
  }
  if (repair.phase === 'planning') return <Rows texts={[]} dim="Planning again" />;
  if (isEmptyPlan(plan)) return <Rows texts={['Nothing to do. Press Esc to leave.']} />;
  return (
    <Rows
      texts={[
        `Nothing has been written. To run the plan press Enter, then type "${phrase}".`,
        'Press Esc to leave without changes.',
      ]}
    />
  );
}

function Rows({ texts, dim }: { texts: string[]; dim?: string }) {
  return (
    <Box flexDirection="column" height={footRows} flexShrink={0}>
      <Text> </Text>
      {dim === undefined ? null : <Text dimColor>{dim}</Text>}
      {texts.map(text => (
        <Paragraph key={text} bold>
          {text}
        </Paragraph>
      ))}
    </Box>
  );
}
