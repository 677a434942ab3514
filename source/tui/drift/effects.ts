import { isSystemError } from '../../config/files/system-error.ts';
import type { Database } from '../../connection/transactions.ts';
import { readIdentity } from '../../counter/identity.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { amount } from '../../format/plurals.ts';
import type { DriftEvent } from '../../watch/drift-event.ts';
import type { DriftFile } from '../../watch/kept/drift-file.ts';
import type { EventSource } from '../../watch/kept/event-line.ts';
import type { WatchEvent } from '../../watch/watch-event.ts';
import type { Action } from '../state/model.ts';

export interface DriftEffects {
  /** Passes on what a watch reports, and keeps its drift in the file. */
  take: (event: WatchEvent) => void;
  /** Resolves when all that can be written is. */
  stop: () => Promise<void>;
}

/**
 * Keeps the drift of one counter in `file`. At the first connection what `file` has of that counter is read back, unless that
 * was done (`isRead`). Events wait for it, because they are newer.
 */
export function createDriftEffects(
  database: Database,
  file: DriftFile,
  { isRead, dispatch }: { isRead: () => boolean; dispatch: (action: Action) => void },
): DriftEffects {
  let inspected: InspectedDatabase | null = null;
  let source: EventSource | null = null;
  let work: Promise<void> | null = null;
  let waiting: readonly DriftEvent[] = [];
  const stopped = new AbortController();
  const find = (found: InspectedDatabase) => sourceOf(database, found, stopped.signal);

  const readBack = async (found: InspectedDatabase) => {
    let kept: Action & { type: 'kept-drift' };
    try {
      source = await find(found);
      const { events, skipped } = await file.readNewest(source.identity);
      kept = { type: 'kept-drift', events, problem: skipped === 0 ? null : skippedWords(skipped, file.name) };
    } catch (error) {
      kept = {
        type: 'kept-drift',
        events: [],
        problem: `${file.name} was not read back: ${reasonOf(error)}`,
      };
    }
    dispatch(kept);
  };
  const keep = async (events: readonly DriftEvent[]) => {
    waiting = [...waiting, ...events];
    try {
      source ??= inspected && (await find(inspected));
    } catch (error) {
      // They are written with the next ones, or told at the end.
      if (isConsoleError(error)) return;
      throw error;
    }
    if (!source) return;
    const written = waiting;
    waiting = [];
    const problem = await file.append(source, written);
    if (problem !== null) dispatch({ type: 'said', whyNot: problem });
  };

  return {
    take(event) {
      if (event.type === 'connected') {
        inspected = event.inspected;
        work ??= isRead() ? Promise.resolve() : readBack(event.inspected);
      }
      if (event.type !== 'drift' || work === null) return dispatch(event);
      work = work.then(() => {
        dispatch(event);
        return keep(event.events);
      });
    },
    async stop() {
      stopped.abort();
      await work;
      if (waiting.length > 0) file.lose(waiting.length, 'the database did not say which one it is');
    },
  };
}

async function sourceOf(
  database: Database,
  { tables, server }: InspectedDatabase,
  signal: AbortSignal,
): Promise<EventSource> {
  const { host, demo } = database.place;
  return {
    identity: await database.read(reader => readIdentity(reader, database, tables), { signal }),
    database: { name: server.database, host: demo ? 'embedded' : host },
    definition: tables.definition,
  };
}

function skippedWords(lines: number, file: string): string {
  const [are, were] = lines === 1 ? ['is no drift event', 'was'] : ['are no drift events', 'were'];
  return `${amount(lines, 'line')} of ${file} ${are} and ${were} skipped.`;
}

function reasonOf(error: unknown): string {
  if (isSystemError(error)) return `${error.code}.`;
  if (isConsoleError(error)) return error.message;
  throw error;
}
