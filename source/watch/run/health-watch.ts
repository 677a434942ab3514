import { isOfPresets } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { isConsoleError } from '../../errors/errors.ts';
import type { TriggerCatalog } from '../../trigger/catalog.ts';
import { readCounterHealth } from '../../trigger/defined/read-health.ts';
import { type ShownHealth, shownHealthOf, shownHealthOfPresets } from '../../trigger/defined/shown-health.ts';
import { judgeTrigger } from '../../trigger/health.ts';
import { tickShare } from '../tick-share.ts';
import { fatal, type WatchContext } from './audit-watch.ts';

// In milliseconds, before a reading that failed is tried again.
const retryPause = 15_000;

/** Judges what keeps the counter whenever the catalog has changed, which is rare. */
export class HealthWatch {
  readonly #context: WatchContext;
  /** The catalog that was judged last, and what was found if it was judged at once. */
  #judged: { catalog: TriggerCatalog; health: ShownHealth | null } | null = null;
  #reading = false;
  #due = 0;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  /** True while bodies are read beside the ticks. */
  get isBusy(): boolean {
    return this.#reading;
  }

  /**
   * The health of presets. That of any other counter is read beside the ticks, and an event tells it: this answers with null, and
   * starts reading if `catalog` has changed.
   */
  judge(catalog: TriggerCatalog, { definition }: Tables): ShownHealth | null {
    if (this.#judged?.catalog === catalog) return this.#judged.health;
    if (isOfPresets(definition)) {
      const health = shownHealthOfPresets(judgeTrigger(catalog));
      this.#judged = { catalog, health };
      return health;
    }
    if (!this.#reading && performance.now() >= this.#due) {
      this.#judged = { catalog, health: null };
      void this.#read(definition).catch(fatal);
    }
    return null;
  }

  /** Reads every body of the database that matters; where that takes long, it is not done again soon. */
  async #read(definition: CounterDefinition): Promise<void> {
    const { database, signal, onEvent } = this.#context;
    const start = performance.now();
    this.#reading = true;
    try {
      const trigger = shownHealthOf(await readCounterHealth(database, definition, signal));
      if (!signal.aborted) onEvent({ type: 'trigger', trigger });
      this.#due = performance.now() + tickShare * (performance.now() - start);
    } catch (error) {
      if (signal.aborted) return;
      if (!isConsoleError(error)) throw error;
      this.#judged = null;
      this.#due = performance.now() + Math.max(retryPause, tickShare * (performance.now() - start));
      onEvent({ type: 'trigger-failure', error });
    } finally {
      this.#reading = false;
    }
  }
}
