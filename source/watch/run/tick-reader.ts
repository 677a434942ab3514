import { startTiming } from '../../connection/query-timing.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { requireEveryRowSeen } from '../../counter/discovery/visibility.ts';
import { type InspectedDatabase, inspectDatabase } from '../../counter/inspect-database.ts';
import { countsAreCheap, readMostUsed, toCounters } from '../../counter/reading/counters.ts';
import { readNewestRecord } from '../../counter/reading/newest-record.ts';
import { parseOnce } from '../../counter/reading/parse-once.ts';
import { readPresetDetail } from '../../counter/reading/preset-detail.ts';
import { readSchemaReport } from '../../counter/schema/read-schema-report.ts';
import { isConsoleError, isTransient } from '../../errors/errors.ts';
import type { TriggerCatalog } from '../../trigger/catalog.ts';
import type { ShownHealth } from '../../trigger/defined/shown-health.ts';
import { effectsOf } from '../../trigger/effects/effects.ts';
import { type CatalogMemory, catalogsOf } from '../../trigger/read-cached-catalog.ts';
import { readCatalogRows, readTriggerCatalog } from '../../trigger/read-catalog.ts';
import { readContention, readCountersAndSessions } from '../read-watched-counters.ts';
import type { Focus, Tick } from '../watch-event.ts';
import { fatal, type WatchContext } from './audit-watch.ts';
import { HealthWatch } from './health-watch.ts';

// Help rereads the newest record this often, in milliseconds.
const newestPause = 10_000;
// The screen of the tables shows a migration within this time, in milliseconds.
const reportPause = 10_000;

/** Reads what is on screen, one tick after the other. */
export class TickReader {
  readonly #context: WatchContext;
  readonly #catalogs: CatalogMemory;
  readonly #health: HealthWatch;
  readonly #parse = parseOnce(toCounters);
  #seen: TriggerCatalog | null = null;
  /** True once counting the records on screen timed out; ticks then leave it to the audit. */
  #countingIsTooSlow = false;
  #detailRead: string | null = null;
  #newestDue = 0;
  #reportDue = 0;

  constructor(context: WatchContext) {
    this.#context = context;
    this.#catalogs = catalogsOf(context.database);
    this.#health = new HealthWatch(context);
  }

  /** True while what keeps the count is read beside the ticks. */
  get isReadingHealth(): boolean {
    return this.#health.isBusy;
  }

  /** Makes the next tick that needs them read the newest record and the tables again. */
  forgetPauses(): void {
    this.#newestDue = 0;
    this.#reportDue = 0;
  }

  /** Finds the tables and reads the first window of `window` presets. */
  async first(window: number): Promise<InspectedDatabase> {
    const { database, counter, signal, rows, drift, onEvent } = this.#context;
    const { found, bodies } = await database.read(
      async reader => {
        const found = await inspectDatabase(reader, database, counter);
        const answered = startTiming();
        const counters = await readMostUsed(reader, found.tables, window);
        // After a reconnection, a standby may show an older state than before.
        if (found.server.standby) drift.forget();
        drift.compare(found.tables, counters, answered());
        // The list can be drawn while the server reads the trigger.
        onEvent({
          type: 'connected',
          inspected: found,
          rows,
          counters,
          at: Date.now(),
          serverNow: found.now,
        });
        return { found, bodies: await readCatalogRows(reader, found.tables, this.#catalogs) };
      },
      { signal },
    );
    // Parsing takes a moment; neither the transaction nor the audit should wait for it.
    void bodies()
      .then(catalog => {
        const trigger = this.#judge(catalog, found.tables);
        if (!signal.aborted && trigger) onEvent({ type: 'trigger', trigger });
      })
      .catch(fatal);
    return found;
  }

  /** Reads everything in focus in one transaction; `onInspected` gets the tables first. */
  async read(
    focus: Focus,
    onInspected: (found: InspectedDatabase) => void,
  ): Promise<Omit<Tick, 'at' | 'serverNow' | 'pace'>> {
    const { database, counter, signal } = this.#context;
    const { ids, detail, answers, schemaReport = false } = focus;
    const asksNewest = answers && Date.now() >= this.#newestDue;
    const asksReport = schemaReport && Date.now() >= this.#reportDue;
    try {
      const read = await database.read(
        async reader => {
          // Never cached: a policy or a migration may have changed what the counts mean.
          const found = await inspectDatabase(reader, database, counter);
          onInspected(found);
          const { tables } = found;
          return {
            inspected: found,
            asked: ids,
            ...(await this.#readWatched(reader, found, ids)),
            trigger: this.#judge(await readTriggerCatalog(reader, tables, this.#catalogs), tables),
            detail:
              detail && this.#mayRead(detail.id, tables) ? await readDetail(reader, tables, detail) : null,
            newest: asksNewest ? { value: await readNewestRecord(reader, tables) } : null,
            schemaReport: asksReport ? await readSchemaReport(reader, tables) : null,
          };
        },
        { signal },
      );
      this.#detailRead = read.detail?.id ?? this.#detailRead;
      if (read.newest) this.#newestDue = Date.now() + newestPause;
      if (read.schemaReport) this.#reportDue = Date.now() + reportPause;
      return read;
    } catch (error) {
      const tooLong = isConsoleError(error) && error.code === 'statement-timeout';
      if (tooLong) this.#countingIsTooSlow = true;
      // While help is open, every tick would fail like this one. `forgetPauses` allows another try.
      if (asksNewest && (tooLong || !isTransient(error))) this.#newestDue = Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  /** Starts reading how uses changed over time; ticks do not wait for it. */
  readTrends(focus: Focus, tables: Tables): void {
    void this.#context.trends.read(focus, tables, this.#countsQuickly(tables)).catch(fatal);
  }

  async #readWatched(reader: Reader, { tables, server }: InspectedDatabase, ids: readonly string[]) {
    const { drift } = this.#context;
    const answered = startTiming();
    const { counters, sample } = await readCountersAndSessions(
      reader,
      tables,
      ids,
      this.#countingIsTooSlow ? 'not' : 'if-cheap',
      drift.sampling(tables),
      this.#parse,
    );
    const at = answered();
    drift.sampled(sample, at, { direct: server.encryption !== null, tables });
    const found = new Set(counters.map(({ id }) => id));
    drift.gone(ids.filter(id => !found.has(id)));
    // A policy created since the tables were inspected hides records, which looks like drift.
    if (drift.compare(tables, counters, at)) {
      await requireEveryRowSeen(reader, tables).catch(error => {
        drift.forget('found');
        throw error;
      });
    }
    return { counters, contention: await readContention(reader, tables, sample) };
  }

  /** Judges what keeps the count; null for a counter other than that of presets, whose health an event tells. */
  #judge(catalog: TriggerCatalog, tables: Tables): ShownHealth | null {
    const health = this.#health.judge(catalog, tables);
    if (this.#seen === catalog) return health;
    this.#seen = catalog;
    // A statement may name one of these instead of the tables.
    const writing = catalog.functions.filter(
      routine => !routine.isTrigger && effectsOf(routine, catalog).writes.length > 0,
    );
    this.#context.drift.functionsAre(writing.map(({ name }) => name));
    return health;
  }

  #countsQuickly(tables: Tables): boolean {
    return !this.#countingIsTooSlow && countsAreCheap(tables);
  }

  /** If reading a preset's records scans the whole table, its screen reads them only once. */
  #mayRead(id: string, tables: Tables): boolean {
    return this.#countsQuickly(tables) || this.#detailRead !== id;
  }
}

async function readDetail(reader: Reader, tables: Tables, { id, days }: { id: string; days: number }) {
  return { id, value: await readPresetDetail(reader, tables, id, days) };
}
