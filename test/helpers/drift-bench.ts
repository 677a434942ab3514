import type { Database } from '../../source/connection/transactions.ts';
import { readDriftChanges } from '../../source/repair/read-drift-changes.ts';
import type { DriftEvent } from '../../source/watch/drift-event.ts';
import type { SeenRepair } from '../../source/watch/repaired-drift.ts';
import { Watch } from '../../source/watch/run/watch.ts';
import type { Focus } from '../../source/watch/watch-event.ts';
import { patience } from './scale.ts';

/** A watch that collects its drift events. */
export interface DriftBench {
  watch: Watch;
  events: DriftEvent[];
  /** The repairs of other processes that it recognised. */
  repairs: SeenRepair[];
  focus: Focus;
  /** How many ticks, audits and failures there were so far. */
  seen: { ticks: number; audits: number; failures: number };
  /** Resolves with the answer of `ask`, once it has one. */
  until<Value>(ask: () => Value | undefined | false, what: string): Promise<Value>;
  /** Resolves after `looks` more ticks and audits that began after the call. */
  settle(looks?: number): Promise<void>;
}

/** Watches `database` with ticks on `ids`, as fast as it answers; knows the receipts of a state directory. */
export function watchDrift(
  database: Database,
  ids: readonly string[],
  interval = 20,
  directory: string | null = null,
): DriftBench {
  const listeners = new Set<() => void>();
  const bench: DriftBench = {
    watch: undefined as unknown as Watch,
    events: [],
    repairs: [],
    focus: { ids, detail: null, answers: false },
    seen: { ticks: 0, audits: 0, failures: 0 },
    until(ask, what) {
      return new Promise((resolve, reject) => {
        const check = () => {
          const value = ask();
          if (value === undefined || value === false) return;
          clearTimeout(timer);
          listeners.delete(check);
          resolve(value as Exclude<typeof value, false | undefined>);
        };
        const timer = setTimeout(() => {
          listeners.delete(check);
          reject(new Error(`Waited in vain for ${what}; events: ${JSON.stringify(bench.events)}`));
        }, patience);
        listeners.add(check);
        check();
      });
    },
    async settle(looks = 1) {
      for (let i = 0; i < looks; i++) {
        const { ticks, audits } = bench.seen;
        bench.watch.refresh();
        // The first of each may have begun before.
        await bench.until(
          () => bench.seen.audits >= audits + 2 && bench.seen.ticks >= ticks + 2,
          'more looks',
        );
      }
    },
  };
  bench.watch = new Watch(database, {
    counter: 'public',
    interval,
    firstRows: 10,
    focus: () => bench.focus,
    ...(directory === null ? {} : { findRepairs: asked => readDriftChanges(database, directory, asked) }),
    onEvent(event) {
      if (event.type === 'drift') {
        bench.events.push(...event.events);
        bench.repairs.push(...(event.repairs ?? []));
      }
      if (event.type === 'tick') bench.seen.ticks += 1;
      if (event.type === 'failure') bench.seen.failures += 1;
      if (event.type === 'audit-done') bench.seen.audits += 1;
      // Continues at once: no test waits for a pause, which on a slow machine is long, nor for the one after a failure.
      if (['audit-done', 'audit-failure', 'failure'].includes(event.type)) bench.watch.refresh();
      for (const listener of listeners) listener();
    },
  });
  return bench;
}
