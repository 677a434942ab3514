import type { AuditProgress, AuditSummary } from '../counter/audit/audit-counters.ts';
import type { Counter } from '../counter/counter.ts';
import type { InspectedDatabase } from '../counter/inspect-database.ts';
import type { Breakdown } from '../counter/reading/breakdown.ts';
import type { NewestRecord } from '../counter/reading/newest-record-model.ts';
import type { PresetDetail } from '../counter/reading/preset-detail.ts';
import type { RecordHistory } from '../counter/reading/record-history.ts';
import type { CounterRows } from '../counter/rows/counter-rows.ts';
import type { SchemaReport } from '../counter/schema/schema-report.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { ConsoleError } from '../errors/errors.ts';
import type { ShownHealth } from '../trigger/defined/shown-health.ts';
import type { Contention } from './contention.ts';
import type { DriftEvent } from './drift-event.ts';
import type { SeenRepair } from './repaired-drift.ts';

/** What is on screen now, and so what a tick reads. */
export interface Focus {
  /** The presets in the window. */
  ids: readonly string[];
  /** The preset whose screen is open, and the number of days in its plot of uses. */
  detail: { id: string; days: number } | null;
  /** The number of columns for the plot of that preset's whole history; null if it is not plotted. */
  plot?: number | null;
  /** The number of days for which the uses of every row in the window are shown; null if they are not. */
  recent?: number | null;
  /** True while somebody waits for a change: ticks come faster. */
  urgent?: boolean;
  /** Whether help is open: its answers need the newest record. */
  answers: boolean;
  /** Whether the screen of the tables is open. */
  schemaReport?: boolean;
}

/** What one tick read. Times in milliseconds since 1970. */
export interface Tick {
  inspected: InspectedDatabase;
  asked: readonly string[];
  counters: Counter[];
  /** Null for a counter other than that of presets: its own event tells it. */
  trigger: ShownHealth | null;
  detail: { id: string; value: PresetDetail } | null;
  /** That sessions wait for rows; null if no two do. */
  contention: Contention | null;
  /** Null with every tick that did not read it. */
  newest: { value: NewestRecord | null } | null;
  /** Null with every tick that did not read it. */
  schemaReport: SchemaReport | null;
  at: number;
  serverNow: number;
  /** Milliseconds until the next tick; the slower the answer, the longer. */
  pace: number;
}

/** A diagnosis, and the drift that it explains. It is valid only as long as the drift stays the same. */
export interface Diagnosed {
  diagnosis: Diagnosis;
  drift: number;
}

export interface DiagnosisEvent {
  type: 'diagnosed';
  diagnoses: ReadonlyMap<string, Diagnosed>;
}

/** What was read beside the ticks, of how uses changed over time. */
export type TrendEvent =
  /** The uses of each row of the window on each of the last days, oldest first. */
  | { type: 'recent-uses'; uses: ReadonlyMap<string, readonly number[]> }
  /** What the latest records of a preset are; null if that cannot be read. */
  | { type: 'breakdown'; id: string; breakdown: Breakdown | null }
  /** All records of a preset over time; null if it is not plotted. */
  | { type: 'record-history'; id: string; history: RecordHistory | null };

/** What a watch reports; times in milliseconds since 1970. */
export type WatchEvent =
  | {
      type: 'connected';
      inspected: InspectedDatabase;
      /** Every row, which the watch keeps; it has the counters of this and of all later events. */
      rows?: CounterRows;
      counters: Counter[];
      at: number;
      serverNow: number;
    }
  | { type: 'trigger'; trigger: ShownHealth }
  /** What keeps the count could not be read, so it is not known any more. */
  | { type: 'trigger-failure'; error: ConsoleError }
  | { type: 'tables'; inspected: InspectedDatabase; at: number }
  | ({ type: 'tick' } & Tick)
  /**
   * Counts that went out of step with their records, or back into step, oldest first; `more` did not fit. Those that
   * `repairs` changed are not among them.
   */
  | { type: 'drift'; events: DriftEvent[]; more: number; repairs?: SeenRepair[] }
  | DiagnosisEvent
  | TrendEvent
  | { type: 'audit-page'; progress: AuditProgress; at: number }
  | { type: 'audit-done'; summary: AuditSummary; at: number }
  | { type: 'audit-failure'; error: ConsoleError; retryAt: number }
  | { type: 'failure'; error: ConsoleError; at: number; retryAt: number };
