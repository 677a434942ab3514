import { glance } from '../../connection/query-timing.ts';
import type { Database, Reader } from '../../connection/transactions.ts';
import {
  type AuditMemory,
  type AuditProgress,
  type AuditSummary,
  auditCounters,
  auditedCounters,
} from '../../counter/audit/audit-counters.ts';
import { gatherPages } from '../../counter/audit/batch-pages.ts';
import type { Counter } from '../../counter/counter.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { requireEveryRowSeen } from '../../counter/discovery/visibility.ts';
import { type Look, look } from '../../counter/inspect-database.ts';
import { countsAreCheap, readMostUsed } from '../../counter/reading/counters.ts';
import { readNewestRecord } from '../../counter/reading/newest-record.ts';
import type { NewestRecord } from '../../counter/reading/newest-record-model.ts';
import { type PresetDetail, readPresetDetail } from '../../counter/reading/preset-detail.ts';
import { readShape } from '../../counter/schema/read-schema-report.ts';
import type { Shape } from '../../counter/schema/schema-report.ts';
import { type ConsoleError, isConsoleError, isOutage, isTransient } from '../../errors/errors.ts';
import type { TriggerCatalog } from '../../trigger/catalog.ts';
import { effectsOf } from '../../trigger/effects/effects.ts';
import { judgeTrigger, type TriggerHealth } from '../../trigger/health.ts';
import { CatalogMemory } from '../../trigger/read-cached-catalog.ts';
import { readCatalogRows, readTriggerCatalog } from '../../trigger/read-catalog.ts';
import type { DriftEvent } from '../drift-event.ts';
import { readCountersAndSessions } from '../read-watched-counters.ts';
import { DiagnoseWatch, type DiagnosisEvent } from './diagnose-watch.ts';
import { DriftWatch } from './drift-watch.ts';
import { Alarm } from './wakeable-timer.ts';

/** What is on screen now, which is what a tick reads. */
export interface Focus {
  /** The presets in the window. */
  ids: readonly string[];
  /** The preset whose own screen is open, and for how many days it plots uses. */
  detail: { id: string; days: number } | null;
  /** In how many columns the whole history of that preset is plotted; null where it is not. */
  plot?: number | null;
  /** True while somebody waits for a change: ticks come faster. */
  urgent?: boolean;
  /** Whether help is open: its answers take the newest record. */
  answers: boolean;
  /** Whether the screen of the tables' shape is open. */
  shape?: boolean;
}

/** What a watch tells; times in milliseconds since 1970. */
export type WatchEvent =
  | { type: 'look'; look: Look; counters: Counter[]; at: number; serverNow: number }
  | { type: 'trigger'; trigger: TriggerHealth }
  | { type: 'tables'; look: Look }
  | {
      type: 'tick';
      look: Look;
      asked: readonly string[];
      counters: Counter[];
      trigger: TriggerHealth;
      detail: { id: string; value: PresetDetail } | null;
      /** Null with every tick that did not read it. */
      newest: { value: NewestRecord | null } | null;
      /** Null with every tick that did not read it. */
      shape: Shape | null;
      at: number;
      serverNow: number;
      /** Milliseconds until the next tick: its answer took a part of that. */
      pace: number;
    }
  /** Counts came out of step with their records, or back into it; the oldest first. There were so many `more` at once. */
  | { type: 'drift'; events: DriftEvent[]; more: number }
  | DiagnosisEvent
  | { type: 'audit-page'; progress: AuditProgress; at: number }
  | { type: 'audit-done'; summary: AuditSummary }
  | { type: 'audit-failure'; error: ConsoleError; retryAt: number }
  | { type: 'failure'; error: ConsoleError; at: number; retryAt: number };

export interface WatchOptions {
  schema: string;
  /** Milliseconds between two ticks where the database answers quickly. */
  interval: number;
  /** How many presets fill the first window. */
  firstRows: number;
  focus: () => Focus;
  onEvent: (event: WatchEvent) => void;
}

export interface Watch {
  /** Ticks at once, and audits everything again. */
  refresh(): void;
  /** Ticks soon, because something else is on screen now. */
  lookAgain(): void;
  /** Ticks soon, once, also while paused: what was opened has to be read. */
  lookOnce(): void;
  setPaused(paused: boolean): void;
  /** This console begins to write the counts of these presets itself, which is no event; null: it has ended. */
  ownWrites(ids: readonly string[] | 'all' | null): void;
  stop(): void;
}

// A tick may use a tenth of the time, an audit a hundredth: a slow database is asked less often, not more.
const tickShare = 10;
const auditShare = 100;
// Milliseconds between two ticks for somebody who waits for one change, where the database answers quickly.
const urgentInterval = 500;
const leastAuditPause = 5_000;
const beforeAudit = 100;
// Scrolling asks for the new rows this soon: quick for the eye, and still one read where ten keys were pressed.
const leastPause = 150;
// Nobody can tell from the answers of help whether the newest record was read this much sooner.
const newestPause = 10_000;
// A migration shows within this time where the shape is looked at.
const shapePause = 10_000;
const retry = { first: 500, most: 15_000 };

/**
 * Watches a database until stopped: one tick after the other, never two at a time, and an audit of everything beside
 * them whenever one is due. A failure is an event with the time of the next try, never an end.
 */
export function startWatch(database: Database, options: WatchOptions): Watch {
  const { schema, interval, focus, onEvent } = options;
  const stopped = new AbortController();
  const alarm = new Alarm();
  let known: Look | null = null;
  let paused = false;
  let failures = 0;
  let auditFailures = 0;
  let wanted = false;
  let auditAgain = false;
  /** Ticks leave the records alone, because counting them took too long. */
  let dear = false;
  let detailRead: string | null = null;
  let newestDue = 0;
  let shapeDue = 0;
  let lastTick = 0;
  let usualTick = Number.POSITIVE_INFINITY;
  let memory: AuditMemory | null = null;
  let auditing = false;
  let auditDue = 0;
  const drift = new DriftWatch();
  const diagnosing = new DiagnoseWatch(database, stopped.signal, onEvent);
  const catalogs = new CatalogMemory();
  let judged: { catalog: TriggerCatalog; health: TriggerHealth } | null = null;

  /** Most ticks find the catalog as it was, and its verdict with it; and which functions statements may name instead of the tables. */
  const judge = (catalog: TriggerCatalog): TriggerHealth => {
    if (judged?.catalog !== catalog) {
      judged = { catalog, health: judgeTrigger(catalog) };
      const writing = catalog.functions.filter(
        routine => !routine.isTrigger && effectsOf(routine, catalog).writes.length > 0,
      );
      drift.functionsAre(writing.map(({ name }) => name));
    }
    return judged.health;
  };
  const tellDrift = (now?: 'now') => {
    const { events, more } = drift.take(now);
    if (events.length > 0) onEvent({ type: 'drift', events, more });
  };

  const first = async () => {
    const bodies = await database.read(
      async reader => {
        const found = await look(reader, database, schema);
        const answered = glance();
        const counters = await readMostUsed(reader, found.tables, options.firstRows);
        // Another standby, or the same one, may show less than what was seen before the connection was lost.
        if (found.server.standby) drift.forget();
        drift.look(found.tables, counters, answered());
        known = found;
        // The list can be drawn while the server looks the trigger up.
        onEvent({ type: 'look', look: found, counters, at: Date.now(), serverNow: found.now });
        return readCatalogRows(reader, found.tables, catalogs);
      },
      { signal: stopped.signal },
    );
    // Parsing takes a moment, and neither the transaction nor the audit need wait for it.
    void bodies()
      .then(catalog => {
        if (!stopped.signal.aborted) onEvent({ type: 'trigger', trigger: judge(catalog) });
      })
      .catch(fatal);
  };

  const readWatched = async (reader: Reader, { tables, server }: Look, ids: readonly string[]) => {
    const answered = glance();
    const { counters, sample } = await readCountersAndSessions(
      reader,
      tables,
      ids,
      dear ? 'not' : 'if-cheap',
      drift.sampling(tables),
    );
    const at = answered();
    drift.sampled(sample, at, { direct: server.encryption !== null, tables });
    const found = new Set(counters.map(({ id }) => id));
    drift.gone(ids.filter(id => !found.has(id)));
    // A policy that has come since the tables were looked up hides records, and looks like drift.
    if (drift.look(tables, counters, at)) {
      await requireEveryRowSeen(reader, tables).catch(error => {
        drift.forget('found');
        throw error;
      });
    }
    return counters;
  };

  const tick = async () => {
    const start = performance.now();
    const { ids, detail, plot = null, answers, shape = false } = focus();
    const besides = diagnosing.isBusy;
    const asksNewest = answers && Date.now() >= newestDue;
    const asksShape = shape && Date.now() >= shapeDue;
    try {
      const read = await database.read(
        async reader => {
          // Read anew each time: a policy or a migration may have changed what the counts mean.
          const found = await look(reader, database, schema);
          if (known && hidesRows(known) !== hidesRows(found)) {
            auditDue = 0;
            auditAgain = auditing;
          }
          known = found;
          const { tables } = found;
          return {
            look: found,
            counters: await readWatched(reader, found, ids),
            trigger: judge(await readTriggerCatalog(reader, tables, catalogs)),
            detail: detail && mayRead(detail.id, tables) ? await readDetail(reader, tables, detail) : null,
            newest: asksNewest ? { value: await readNewestRecord(reader, tables) } : null,
            shape: asksShape ? await readShape(reader, tables) : null,
          };
        },
        { signal: stopped.signal },
      );
      // Asked now: a key may have come in while the database answered.
      const least = focus().urgent ? Math.min(interval, urgentInterval) : interval;
      const elapsed = performance.now() - start;
      // Where one process answers everybody (the demo), a tick waits for what is read beside it: that once is no measure.
      const waited = besides || diagnosing.isBusy;
      if (!waited) usualTick = elapsed;
      const pace = Math.max(least, tickShare * (waited ? Math.min(elapsed, usualTick) : elapsed));
      tellDrift();
      onEvent({ type: 'tick', asked: ids, ...read, at: Date.now(), serverNow: read.look.now, pace });
      detailRead = read.detail?.id ?? detailRead;
      // Beside the ticks, which it must not slow.
      if (detail && plot !== null && !dear && countsAreCheap(read.look.tables))
        void diagnosing.plot(read.look.tables, detail.id, plot).catch(fatal);
      if (read.newest) newestDue = Date.now() + newestPause;
      if (read.shape) shapeDue = Date.now() + shapePause;
      return pace;
    } catch (error) {
      const tooLong = isConsoleError(error) && error.code === 'statement-timeout';
      // Counting what is on screen takes longer than a statement may: from now on only the audit counts records.
      if (tooLong) dear = true;
      // What is refused, or takes too long, must not fail every tick while help is open: `refresh` tries it again.
      if (asksNewest && (tooLong || !isTransient(error))) newestDue = Number.POSITIVE_INFINITY;
      throw error;
    } finally {
      lastTick = performance.now() - start;
    }
  };

  /** Where every look at a preset's records reads the whole table, one look has to do. */
  const mayRead = (id: string, tables: Tables) => (!dear && countsAreCheap(tables)) || detailRead !== id;

  const audit = async () => {
    auditing = true;
    const gathered = gatherPages(progress => onEvent({ type: 'audit-page', progress, at: Date.now() }));
    try {
      // The planner's estimates decide how it is paged, so they are read anew; so are columns that a migration changed.
      const fresh = await database.read(reader => look(reader, database, schema), { signal: stopped.signal });
      onEvent({ type: 'tables', look: fresh });
      const summary = await auditCounters(database, fresh.tables, {
        scope: 'all',
        signal: stopped.signal,
        memory,
        onPage: progress => {
          drift.gone(progress.gone);
          drift.look(fresh.tables, progress.counters, progress.at);
          gathered(progress);
        },
      });
      drift.gone(summary.gone);
      // Whoever asked for an audit while this one ran wants to know what happened since.
      auditDue = auditAgain ? 0 : Date.now() + Math.max(leastAuditPause, auditShare * summary.durationMs);
      auditAgain = false;
      auditFailures = 0;
      memory = summary.memory;
      onEvent({ type: 'audit-done', summary });
      if (!paused) void diagnosing.audited(fresh.tables, auditedCounters(memory), summary).catch(fatal);
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (!isConsoleError(error)) throw error;
      // A lost connection is for the next tick to find out; an audit that takes too long must not be asked for over and over.
      auditFailures += 1;
      auditDue = Date.now() + leastAuditPause * 2 ** Math.min(auditFailures, 7);
      onEvent({ type: 'audit-failure', error, retryAt: auditDue });
    } finally {
      auditing = false;
    }
  };

  /** Reports a failure; returns how long to wait, in milliseconds. */
  const fail = (error: unknown): number => {
    if (stopped.signal.aborted) return 0;
    if (!isConsoleError(error)) throw error;
    failures += 1;
    const wait = Math.min(retry.most, retry.first * 2 ** (failures - 1));
    // Waiting for an answer that did not come has cost the server nothing.
    if (isOutage(error)) lastTick = 0;
    // What the server refused it may grant after a GRANT or a migration, so this is asked again too, but rarely; once soon,
    // because a right that went between two statements of a tick is named by the next look, with its column.
    const pause = Math.max(isTransient(error) || failures === 1 ? wait : retry.most, tickShare * lastTick);
    known = null;
    onEvent({ type: 'failure', error, at: Date.now(), retryAt: Date.now() + pause });
    return pause;
  };

  const run = async () => {
    while (!stopped.signal.aborted) {
      let pause: number;
      try {
        if (paused && known && !wanted) pause = Number.POSITIVE_INFINITY;
        else if (known === null) {
          await first();
          // The first frame is drawn before the audit's pages come in.
          if (auditFailures === 0) auditDue = 0;
          pause = beforeAudit;
        } else {
          wanted = false;
          if (!auditing && Date.now() >= auditDue) void audit().catch(fatal);
          pause = await tick();
          failures = 0;
        }
      } catch (error) {
        pause = fail(error);
      }
      await alarm.after(pause);
    }
  };
  // A fault of this program must end it with a stack trace for its authors, not look like a network problem.
  const fatal = (error: unknown) => {
    queueMicrotask(() => {
      throw error;
    });
  };
  void run().catch(fatal);

  return {
    refresh() {
      auditDue = 0;
      auditAgain = auditing;
      newestDue = 0;
      shapeDue = 0;
      wanted = true;
      alarm.ring();
    },
    lookAgain: () => alarm.atMost(Math.max(leastPause, 2 * lastTick)),
    lookOnce() {
      wanted = true;
      alarm.atMost(leastPause);
    },
    setPaused(value) {
      paused = value;
      alarm.ring();
    },
    ownWrites: ids => drift.ownWrites(ids),
    stop() {
      stopped.abort();
      alarm.ring();
    },
  };
}

function hidesRows({ tables }: Look): boolean {
  return tables.hiddenBy.length > 0;
}

async function readDetail(reader: Reader, tables: Tables, { id, days }: { id: string; days: number }) {
  return { id, value: await readPresetDetail(reader, tables, id, days) };
}
