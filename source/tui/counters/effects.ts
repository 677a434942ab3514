import type { Config } from '../../config/config.ts';
import { pause } from '../../connection/deadlines.ts';
import type { Database } from '../../connection/transactions.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { tickShare } from '../../watch/tick-share.ts';
import type { Action, State } from '../state/model.ts';
import type { CountersStep } from './model.ts';
import { nextToAudit } from './state.ts';

/** Searches the counters and audits them while their list is open. */
export interface CountersEffects {
  follow(action: Action, state: State): void;
  /** Searches again, and audits every counter anew. */
  refresh(): void;
  stop(): Promise<void>;
}

interface Options {
  config: Config;
  /** A database of its own: whether policies apply is a property of one, and ticks of the open counter go on. */
  connect: () => Database;
  current: () => State;
  dispatch: (action: Action) => void;
}

/**
 * Nothing is read before the list is opened, and nothing once it is left. The counters are audited one after another, which
 * together may take as much of the time as ticks. A failure is an action; only a fault of this program is thrown.
 */
export function createCountersEffects({ config, connect, current, dispatch }: Options): CountersEffects {
  let database: Database | null = null;
  let leaving: AbortController | null = null;
  let running: Promise<void> = Promise.resolve();
  const send = (step: CountersStep) => dispatch({ type: 'counters', step });

  const search = async (signal: AbortSignal) => {
    send({ kind: 'search' });
    database ??= connect();
    const { findCounterList } = await import('./find-counter-list.ts');
    const { found } = await findCounterList(database, config, signal);
    signal.throwIfAborted();
    send(found);
  };

  const audit = async (signal: AbortSignal) => {
    const { auditSums } = await import('../../counters/run-sums.ts');
    for (;;) {
      const next = nextToAudit(current());
      if (!next || signal.aborted) return;
      database ??= connect();
      const { definition } = next;
      send({ kind: 'auditing', id: definition.id });
      const start = performance.now();
      const found = await auditSums(database, definition, signal);
      if (signal.aborted) return;
      send({ kind: 'audited', id: definition.id, found, at: Date.now() });
      await pause((tickShare - 1) * (performance.now() - start), signal);
    }
  };

  const work = async (signal: AbortSignal, again: boolean) => {
    try {
      if (again || current().counters?.phase !== 'found') await search(signal);
      await audit(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (isConsoleError(error)) return send({ kind: 'failed', error });
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  const begin = (again = false) => {
    leaving?.abort();
    const own = new AbortController();
    leaving = own;
    running = running.then(() => work(own.signal, again));
  };
  const end = () => {
    leaving?.abort();
    leaving = null;
    const old = database;
    database = null;
    running = running.then(() => old?.close());
  };

  return {
    follow(_action, state) {
      // Help may be read over the list while its counters are audited.
      const open =
        state.screen === 'counters' || (state.screen === 'help' && state.behindHelp === 'counters');
      if (open && !state.paused) {
        if (leaving === null) begin();
      } else if (leaving !== null) end();
    },
    refresh: () => begin(true),
    async stop() {
      end();
      await running;
    },
  };
}
