import type { Config } from '../../config/config.ts';
import type { OpenDatabase } from '../../demo/run.ts';
import { exitCodes, isConsoleError } from '../../errors/errors.ts';
import { jsonVersion } from '../../format/json-text.ts';
import { count } from '../../format/numbers.ts';
import { table, textColumn } from '../../format/table.ts';
import { displayText } from '../../format/text.ts';
import { originWords } from '../../repair/format-origin.ts';
import { unfinishedWords } from '../../repair/format-unfinished.ts';
import { readHistory } from '../../repair/history.ts';
import type { HistoryEntry, Unfinished } from '../../repair/history-entry.ts';
import { readUnfinished } from '../../repair/run/read-unfinished.ts';
import type { Outcome } from '../output/outcome.ts';

/**
 * Lists what this console has changed, newest first; from its own files. Only where something has no end a database is asked, if
 * `open` gives one.
 */
export async function receipts(
  config: Config,
  signal: AbortSignal,
  open: () => Promise<Pick<OpenDatabase, 'database' | 'close'> | null>,
): Promise<Outcome> {
  const { receipts: entries, damaged } = await readHistory(config.stateDirectory, null, async unfinished => {
    const opened = await open().catch(unlessFault);
    return opened
      ? readUnfinished(opened.database, unfinished, signal).finally(opened.close)
      : new Map<string, Unfinished>();
  });
  return {
    json: {
      version: jsonVersion,
      directory: config.stateDirectory,
      receipts: entries.map(({ here: _, ...entry }) => entry),
      damaged,
    },
    text:
      entries.length === 0
        ? 'No receipts: this console has changed nothing yet.'
        : linesOf(entries).join('\n'),
    exitCode: exitCodes.healthy,
    ...(damaged.length > 0 ? { warnings: damaged.map(({ message }) => displayText(message)) } : {}),
  };
}

/** Without a database that can be made out, nothing is asked. */
function unlessFault(error: unknown): null {
  if (isConsoleError(error)) return null;
  throw error;
}

function linesOf(entries: readonly HistoryEntry[]): string[] {
  const column = (text: (entry: HistoryEntry) => string, least: number) =>
    textColumn(entries.map(text).map(displayText), least);
  const row = table([column(({ id }) => id, 32), column(({ database }) => database, 30)]);
  return entries.map(entry =>
    displayText(`${row([entry.id, entry.database])} ${whatOf(entry)} (by ${entry.by})`),
  );
}

function whatOf({
  action,
  counter,
  changed,
  deleted,
  restored,
  left,
  ended,
  now,
  undone,
  undoes,
  origin,
}: HistoryEntry): string {
  const doubt = originWords(origin);
  return [
    ...(counter === null ? [] : [counter]),
    action === 'migrate' ? 'trigger and functions installed' : `${count(changed)} changed`,
    ...(deleted > 0 ? [`${count(deleted)} records deleted`] : []),
    ...(restored > 0 ? [`${count(restored)} records put back`] : []),
    ...(left > 0 ? [`${count(left)} left alone`] : []),
    ...(ended === 'finished' ? [] : [ended === 'unfinished' ? unfinishedWords({ now }) : ended]),
    ...(undone ? ['undone'] : []),
    ...(undoes ? [`undoes ${undoes}`] : []),
    ...(doubt === null ? [] : [doubt]),
  ].join(', ');
}
