// Replaces Ink's log-update in the bundle: see build.ts. Ink writes lines that changed, and where a list is scrolled by one row
// every line of it did: 8 kB at 200x50. Here the terminal scrolls these lines itself.
import ink, { type CursorPosition, type LogUpdate } from '../node_modules/ink/build/log-update.js';

type Create = (typeof ink)['create'];

/** Lines that moved: `first` to `last` were scrolled `by` lines, up if it is above 0. */
export interface Scroll {
  first: number;
  last: number;
  by: number;
}

// Keys that arrive together move further than one row; beyond this most lines are new anyway.
const furthest = 12;
// A few lines are written as quickly as the terminal is asked to move them.
const least = 4;

/** The scroll that saves the most lines, or null if it is not worth it. Lines beside them that are only longer now are moved too. */
export function findScroll(before: readonly string[], after: readonly string[]): Scroll | null {
  let by = 0;
  let most = least - 1;
  for (let distance = 1; distance <= furthest; distance += 1) {
    for (const each of [distance, -distance]) {
      const { saved } = mostSaved(before, after, each, wholeLine);
      // The lines that a scroll leaves empty are written.
      if (saved - distance <= most) continue;
      most = saved - distance;
      by = each;
    }
  }
  if (by === 0) return null;
  // The last columns of new rows are read later, and by then the list has often moved on.
  const { first, last } = mostSaved(before, after, by, sharedStart);
  return { first: Math.min(first, first + by), last: Math.max(last, last + by), by };
}

/** The consecutive lines of which `worth` saves most if they are those `by` further down before. */
function mostSaved(
  before: readonly string[],
  after: readonly string[],
  by: number,
  worth: (shown: string, line: string) => number,
) {
  const best = { first: 0, last: -1, saved: 0 };
  let first = 0;
  let saved = 0;
  // It runs for every line and distance of every frame, so it makes no object for them.
  for (let line = 0; line < after.length; line += 1) {
    const from = line + by;
    if (from < 0 || from >= before.length) {
      first = line + 1;
      saved = 0;
      continue;
    }
    const now = after[line] as string;
    saved += worth(before[from] as string, now) - worth(before[line] as string, now);
    if (saved <= 0) {
      first = line + 1;
      saved = 0;
    } else if (saved > best.saved) {
      best.first = first;
      best.last = line;
      best.saved = saved;
    }
  }
  return best;
}

function wholeLine(shown: string, line: string): number {
  return shown === line ? 1 : 0;
}

/** How much of `line` need not be written where `shown` is: Ink writes a line from where it begins to differ. */
function sharedStart(shown: string, line: string): number {
  if (shown === line) return line.length;
  let length = 0;
  while (length < line.length && shown.charCodeAt(length) === line.charCodeAt(length)) length += 1;
  return length;
}

/** What a terminal shows of `lines` after a scroll. */
export function scrolled(lines: readonly string[], { first, last, by }: Scroll): string[] {
  return lines.map((line, index) => {
    if (index < first || index > last) return line;
    const from = index + by;
    return from < first || from > last ? '' : (lines[from] ?? '');
  });
}

/** The sequence for it, which leaves the cursor in the last of `rows` rows. */
export function scrollSequence({ first, last, by }: Scroll, rows: number): string {
  // An index in the last line of the region moves it up, a reverse index in the first line down.
  const move =
    by > 0 ? `\u001b[${last + 1};1H${'\n'.repeat(by)}` : `\u001b[${first + 1};1H${'\u001bM'.repeat(-by)}`;
  return `\u001b[${first + 1};${last + 1}r${move}\u001b[r\u001b[${rows};1H`;
}

const create: Create = (stream, options) => {
  const log = ink.create(stream, options);
  if (!options?.incremental) return log;
  let shown: string[] | null = null;
  let columns = stream.columns;
  let cursor: CursorPosition | undefined;

  const scrollFirst = (lines: string[]) => {
    // Only a frame that fills the screen begins in its first row.
    const fills = shown?.length === lines.length && lines.length === stream.rows;
    if (!shown || !fills || columns !== stream.columns) return;
    if (cursor !== undefined || log.getCursorPosition() !== undefined) return;
    const scroll = findScroll(shown, lines);
    if (!scroll) return;
    stream.write(scrollSequence(scroll, lines.length));
    log.sync(scrolled(shown, scroll).join('\n'));
  };
  const render = (text: string) => {
    const lines = text.split('\n');
    scrollFirst(lines);
    shown = lines;
    columns = stream.columns;
    return log(text);
  };
  const forgetting = (act: () => void) => () => {
    shown = null;
    act();
  };
  return Object.assign(render, {
    clear: forgetting(log.clear),
    done: forgetting(log.done),
    reset: forgetting(log.reset),
    sync(text: string) {
      shown = text.split('\n');
      columns = stream.columns;
      log.sync(text);
    },
    setCursorPosition(position: CursorPosition | undefined) {
      cursor = position;
      log.setCursorPosition(position);
    },
    isCursorDirty: log.isCursorDirty,
    willRender: log.willRender,
    getCursorPosition: log.getCursorPosition,
  }) satisfies LogUpdate;
};

export default { create };
