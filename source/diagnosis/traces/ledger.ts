import { count } from '../../format/numbers.ts';
import { driftOf, type Evidence, type PresetEvidence } from '../evidence.ts';

/**
 * What the server's statistics say of both tables since the first record. A correct use inserts one record and updates one
 * preset, so what is left over is what went wrong. Inserts of many records at once and other updates of presets blur it.
 */
export interface Ledger {
  inserted: number;
  updated: number;
  deleted: number;
  presetsUpdated: number;
  presetsDeleted: number;
  /** Updates of presets beyond one for each record: below 0 if records were stored without one. Without those that other causes explain. */
  extra: number;
  /** The most records that can be gone, in whatever way. */
  gone: number;
}

// What other sessions have not reported yet, under traffic: a second of it.
const unreported = { least: 50, share: 0.05 };

/** The statistics if they go back to the first record; null if they were reset since, or say nothing of partitions. */
export function ledgerOf({ statistics, allRecords, explainedUpdates = 0 }: Evidence): Ledger | null {
  if (!statistics?.presets || allRecords === null || statistics.records.partitioned) return null;
  const { presets, records } = statistics;
  const late = Math.min(Math.max(unreported.least, unreported.share * allRecords), allRecords / 2);
  if (records.inserted + late < allRecords + records.deleted) return null;
  return {
    inserted: records.inserted,
    updated: records.updated,
    deleted: records.deleted,
    presetsUpdated: presets.updated,
    presetsDeleted: presets.deleted,
    extra: presets.updated - records.inserted - explainedUpdates,
    gone: records.inserted - allRecords,
  };
}

/** How much too high or too low counts are together. */
export function sumOf(presets: readonly PresetEvidence[]): number {
  return presets.reduce((sum, preset) => sum + Math.abs(driftOf(preset)), 0);
}

/** What an exact number of extra updates means, in a sentence. */
export function extraWords({ inserted, presetsUpdated }: Ledger): string {
  return `The server counted ${count(inserted)} inserted records and ${count(presetsUpdated)} updates of presets.`;
}
