import { matchesGlob } from 'node:path';

/**
 * A part of the source that needs no server, and the tests that judge it without one, in the order in which they are run. Paths
 * from the repository's root.
 */
export interface Area {
  mutate: string[];
  tests: string[];
}

export const areas: Record<'receipts' | 'planning' | 'judging' | 'diagnosis' | 'scan', Area> = {
  receipts: {
    mutate: [
      'source/config/files/append-text.ts',
      'source/config/files/exposure.ts',
      'source/config/files/give-name.ts',
      'source/config/files/make-directory.ts',
      'source/config/files/read-chunks.ts',
      'source/config/files/split-lines.ts',
      'source/config/files/system-error.ts',
      'source/config/files/this-user.ts',
      'source/config/known-servers.ts',
      'source/repair/receipts/damaged.ts',
      'source/repair/receipts/journal.ts',
      'source/repair/receipts/list-receipts.ts',
      'source/repair/receipts/open-plain.ts',
      'source/repair/receipts/parse-receipt.ts',
      'source/repair/receipts/places.ts',
      'source/repair/receipts/read-receipt.ts',
      'source/repair/receipts/receipt-id.ts',
      'source/repair/receipts/receipt-line.ts',
      'source/repair/receipts/receipt-order.ts',
      'source/repair/receipts/receipt.ts',
      'source/repair/receipts/records/expand-member.ts',
      'source/repair/receipts/records/records-reader.ts',
      'source/repair/receipts/records/stored-records.ts',
      'source/repair/receipts/seals/check-seals.ts',
      'source/repair/receipts/seals/receipt-key.ts',
      'source/repair/receipts/seals/seal.ts',
      'source/repair/receipts/seals/trust.ts',
      'source/repair/receipts/note-outcomes.ts',
      'source/repair/receipts/unwritable.ts',
      'source/repair/receipts/write-receipt.ts',
    ],
    tests: [
      'test/config/files/exposure.test.ts',
      'test/config/files/append-text.test.ts',
      'test/config/files/split-lines.test.ts',
      'test/config/known-servers.test.ts',
      'test/repair/receipts/journal.test.ts',
      'test/repair/receipts/on-disk.test.ts',
      'test/repair/receipts/places.test.ts',
      'test/repair/receipts/read-receipt.test.ts',
      'test/repair/receipts/records/stored-records.test.ts',
      'test/repair/receipts/seals/seals.test.ts',
      'test/repair/receipts/receipt-order.test.ts',
      'test/repair/receipts/records/records-reader.test.ts',
      'test/repair/receipts/unwritable.test.ts',
      'test/repair/receipts/note-outcomes.test.ts',
      'test/repair/receipts/write-receipt.test.ts',
    ],
  },
  planning: {
    mutate: [
      'source/repair/run/repair-lock.ts',
      'source/repair/plan/undo/draft-undo.ts',
      'source/repair/plan/undo/undoable-changes.ts',
      'source/repair/run/transaction-outcome.ts',
      'source/counter/guards.ts',
      'source/repair/plan/reversibility.ts',
      'source/repair/run/queue.ts',
      'source/repair/plan/remarks.ts',
      'source/repair/run/gather-records.ts',
      'source/repair/run/run-batch.ts',
      'source/repair/run/wait-for-lock.ts',
    ],
    tests: [
      'test/repair/run/repair-lock.test.ts',
      'test/repair/run/queue.test.ts',
      'test/repair/run/gather-records.test.ts',
      'test/repair/run/gather-room.test.ts',
      'test/repair/run/wait-for-lock.test.ts',
      'test/repair/run/run-batch.test.ts',
      'test/repair/run/transaction-outcome.test.ts',
      'test/repair/plan/undo/undoable-changes.test.ts',
      'test/repair/plan/undo/in-effect.test.ts',
      'test/repair/plan/undo/draft-undo.test.ts',
      'test/repair/plan/plan-guards.test.ts',
    ],
  },
  judging: {
    mutate: [
      'source/checklist/source-evidence.ts',
      'source/checklist/steps.ts',
      'source/counter/count-change.ts',
      'source/counter/counter.ts',
      'source/counter/discovery/fold-name.ts',
      'source/counter/discovery/unquoted.ts',
      'source/counter/finding.ts',
      'source/counter/host-kind.ts',
      'source/counter/reading/newest-record-model.ts',
      'source/counter/schema/schema-findings.ts',
      'source/counter/schema/schema-report.ts',
      'source/diagnosis/evidence.ts',
      'source/diagnosis/last-used.ts',
      'source/diagnosis/trigger-evidence.ts',
      'source/migration/catalog.ts',
      'source/migration/script.ts',
      'source/repair/history-entry.ts',
      'source/repair/match-columns.ts',
      'source/repair/plan/firing-triggers.ts',
      'source/repair/repair.ts',
      'source/simulation/explain-use.ts',
      'source/simulation/real-use.ts',
      'source/simulation/simulation.ts',
      'source/simulation/usage-call.ts',
      'source/trigger/catalog.ts',
      'source/trigger/checks/check-track-function.ts',
      'source/trigger/checks/counting-trigger.ts',
      'source/trigger/checks/other-writers.ts',
      'source/trigger/effects/cascading-writers.ts',
      'source/trigger/effects/column-mismatches.ts',
      'source/trigger/effects/counting-effect.ts',
      'source/trigger/effects/effects.ts',
      'source/trigger/effects/resolve-names.ts',
      'source/trigger/effects/trigger-effects.ts',
      'source/trigger/effects/writer.ts',
      'source/trigger/effects/writers.ts',
      'source/trigger/enabled.ts',
      'source/trigger/expected-names.ts',
      'source/trigger/health.ts',
      'source/trigger/side-effect-means.ts',
      'source/trigger/side-effects.ts',
      'source/trigger/trigger-type.ts',
      'source/watch/drift-event.ts',
      'source/watch/drift-log.ts',
      'source/watch/redact-sql.ts',
      'source/watch/session-activity.ts',
    ],
    tests: [
      'test/checklist/source-evidence.test.ts',
      'test/checklist/steps.test.ts',
      'test/counter/count-change.test.ts',
      'test/counter/counter.test.ts',
      'test/counter/host-kind.test.ts',
      'test/counter/schema/schema-findings.test.ts',
      'test/diagnosis/last-used.test.ts',
      'test/migration/catalog.test.ts',
      'test/migration/script.test.ts',
      'test/repair/match-columns.test.ts',
      'test/repair/repair.test.ts',
      'test/simulation/explain-misfit.test.ts',
      'test/simulation/explain-use.test.ts',
      'test/simulation/usage-call.test.ts',
      'test/trigger/effects/cascading-writers.test.ts',
      'test/trigger/effects/column-mismatches.test.ts',
      'test/trigger/effects/counting-effect.test.ts',
      'test/trigger/effects/effects.test.ts',
      'test/trigger/effects/resolve-names.test.ts',
      'test/trigger/effects/writers.test.ts',
      'test/trigger/health.test.ts',
      'test/trigger/side-effects.test.ts',
      'test/watch/drift-event.test.ts',
      'test/watch/drift-log.test.ts',
      'test/watch/session-activity.test.ts',
    ],
  },
  diagnosis: {
    mutate: ['source/diagnosis/diagnose.ts', 'source/diagnosis/causes/*.ts', 'source/diagnosis/traces/*.ts'],
    tests: ['test/diagnosis/diagnose.test.ts', 'test/diagnosis/limits.test.ts'],
  },
  scan: {
    // What starts a process for a scan, and what runs in it, need a second for each test: see entangled.test.ts.
    mutate: ['source/scan/**/*.ts', '!source/scan/scan-in-child.ts', '!source/scan/scan-main.ts'],
    tests: [
      'test/scan/texts.test.ts',
      'test/scan/find-mentions.test.ts',
      'test/scan/corpus.test.ts',
      'test/scan/scan.test.ts',
      'test/scan/not-read.test.ts',
    ],
  },
};

export type AreaName = keyof typeof areas;

export function isArea(name: string): name is AreaName {
  return Object.hasOwn(areas, name);
}

/** The area that a file's tests belong to, which run without a server; null where they need one. */
export function areaOf(test: string): AreaName | null {
  const [area] =
    Object.entries(areas).find(([, { tests }]) => tests.some(glob => matchesGlob(test, glob))) ?? [];
  return area === undefined ? null : (area as AreaName);
}
