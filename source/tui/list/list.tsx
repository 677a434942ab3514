import { Box, Text } from 'ink';
import { memo } from 'react';
import { titled } from '../../counter/definition/counter-nouns.ts';
import { shortDiagnosis } from '../../diagnosis/format-diagnosis.ts';
import { withoutPasswords } from '../../errors/redact.ts';
import { count } from '../../format/numbers.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { diagnosisOf } from '../preset/diagnoses.ts';
import { matchesIn, readFilter } from '../rows/filter.ts';
import { namesIn } from '../rows/shared-names.ts';
import { Line } from '../shared/line.tsx';
import { Paragraph } from '../shared/paragraph.tsx';
import { coarse } from '../shared/shown-ages.ts';
import { definitionIn, nounsIn, watchesPresets } from '../state/counter.ts';
import { isMarked } from '../state/marks.ts';
import type { Row, State } from '../state/model.ts';
import { selectedRow, visibleIds, windowRows } from '../state/selectors.ts';
import type { Theme } from '../theme.ts';
import { useTheme } from '../theme.ts';
import { listShape } from './list-shape.ts';
import {
  type Cells,
  columnWidths,
  listTitles,
  type RowReadings,
  roomForWhy,
  rowCells,
  titleCells,
} from './row-cells.ts';
import { whyEmpty } from './why-empty.ts';

/** Every row with its count, its records and its badge. Only the visible rows are drawn. */
export function ListScreen({ state }: { state: State }) {
  const theme = useTheme();
  const nouns = nounsIn(state);
  const ofPresets = watchesPresets(state);
  const shape = listShape(state.inspected?.tables, ofPresets);
  const isKnown = definitionIn(state) !== undefined;
  const widths = columnWidths(state.size.columns, shape);
  const titles = titleCells(widths, state, theme.glyphs, listTitles(nouns, shape, ofPresets));
  const rows = visibleIds(state).flatMap(id => state.rows.get(id) ?? []);
  const called = namesIn(state.rows, rows, name => toWidth(name, widths.name, 'left', theme.glyphs.ellipsis));
  const complete = state.inspected?.tables.hiddenBy.length === 0;
  const { texts } = readFilter(state.filter);
  return (
    <Box flexDirection="column" flexGrow={1} overflow="hidden">
      <Title state={state} />
      <Line bold>
        {'  '}
        {isKnown ? joined(titles) : ''}
      </Line>
      <Box flexDirection="column" height={windowRows(state.size)} overflow="hidden">
        {rows.length === 0 ? <Empty state={state} /> : null}
        {rows.map((row, index) => (
          <ListRow
            key={row.id}
            row={row}
            name={called(row)}
            diagnosis={diagnosisOf(state, row)}
            uses={state.recentUses.get(row.id) ?? null}
            widths={widths}
            now={coarse(state.serverNow)}
            fresh={row.changedAt !== 0 && row.changedAt === state.changedAt}
            complete={complete}
            selected={state.top + index === state.cursor}
            marked={isMarked(state, row.id)}
            theme={theme}
            texts={texts}
          />
        ))}
      </Box>
    </Box>
  );
}

interface RowProps extends RowReadings {
  row: Row;
  name: string;
  widths: Record<keyof Cells, number>;
  now: number;
  fresh: boolean;
  complete: boolean;
  selected: boolean;
  marked: boolean;
  theme: Theme;
  /** What the filter looks for. */
  texts: readonly string[];
}

const ListRow = memo(
  function ListRow({
    row,
    name,
    diagnosis,
    uses,
    widths,
    now,
    fresh,
    complete,
    selected,
    marked,
    theme,
    texts,
  }: RowProps) {
    const { glyphs, paint } = theme;
    const cells = rowCells(row, name, widths, { diagnosis, uses }, { now, fresh, complete, glyphs });
    // One text that contains its colours: 44 rows of 8 elements took a third of the time of the first frame.
    const line =
      `${selected ? glyphs.cursor : ' '}${marked ? paint('yellow', glyphs.on) : ' '}${withMatches(cells.name, texts, theme)}` +
      (fresh ? paint('bold', cells.count) + paint('cyan', cells.change) : cells.count + cells.change) +
      cells.records +
      cells.drift +
      paint(theme.badge[cells.badgeKind], cells.badge) +
      cells.why +
      cells.lastUsed +
      cells.recent;
    return <Line>{selected ? paint('inverse', line) : line}</Line>;
  },
  (a, b) =>
    a.row === b.row &&
    a.name === b.name &&
    a.diagnosis === b.diagnosis &&
    a.uses === b.uses &&
    a.now === b.now &&
    a.fresh === b.fresh &&
    a.selected === b.selected &&
    a.marked === b.marked &&
    a.texts === b.texts &&
    a.complete === b.complete &&
    a.widths.name === b.widths.name &&
    a.widths.count === b.widths.count,
);

/** A name with what the filter found in it. */
function withMatches(name: string, texts: readonly string[], { paint }: Theme): string {
  let line = '';
  let end = 0;
  for (const [from, to] of matchesIn(name, texts)) {
    line += name.slice(end, from) + paint('underline', name.slice(from, to));
    end = to;
  }
  return line + name.slice(end);
}

function joined(cells: Cells): string {
  return (
    cells.name +
    cells.count +
    cells.change +
    cells.records +
    cells.drift +
    cells.badge +
    cells.why +
    cells.lastUsed +
    cells.recent
  );
}

function Empty({ state }: { state: State }) {
  const why = whyEmpty(state);
  if (why !== null) return <Paragraph>{`  ${why}`}</Paragraph>;
  if (state.starting) return <Starting {...state.starting} />;
  const rows = definitionIn(state) ? nounsIn(state).row[1] : 'the counter';
  return <Text dimColor>{`  Reading ${displayText(rows)}`}</Text>;
}

/** The embedded demo takes a few seconds to start; a bar shows progress. */
function Starting({ stage, done, total }: { stage: string; done: number; total: number }) {
  const { glyphs } = useTheme();
  const full = total > 0 ? Math.round((Math.min(done, total) / total) * 30) : 0;
  return (
    <Text>
      {'  '}
      {stage} <Text color="cyan">{(glyphs.bars.at(-1) ?? '').repeat(full)}</Text>
      <Text dimColor>{'.'.repeat(30 - full)}</Text>
    </Text>
  );
}

/** What is listed, the position in it, what it leaves out, and how many are marked. */
function Title({ state }: { state: State }) {
  const { order, cursor, filter, onlyMismatches, editingFilter, marked } = state;
  const parts = [order.length === 0 ? 'none' : `${count(cursor + 1)} of ${count(order.length)}`];
  if (marked > 0) parts.push(`${count(marked)} marked`);
  if (onlyMismatches) parts.push('only mismatches');
  if (filter !== '' && !editingFilter) {
    const shown = displayText(withoutPasswords(filter));
    parts.push(`filter ${shown.includes('"') ? shown : `"${shown}"`}`);
  }
  const isNarrow = state.size.columns < roomForWhy;
  if (isNarrow && state.sort === 'cause') parts.push('by cause');
  const row = isNarrow ? selectedRow(state) : undefined;
  const why = row && diagnosisOf(state, row);
  if (why) parts.push(`why: ${shortDiagnosis(why)}`);
  return (
    <Line>
      <Text bold>{definitionIn(state) ? displayText(titled(nounsIn(state).row[1])) : ''}</Text>
      <Text dimColor>{`  ${parts.join(', ')}`}</Text>
    </Line>
  );
}
