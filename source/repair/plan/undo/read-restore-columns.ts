import { type ColumnChoice, noChoice } from '../../../config/column-choice.ts';
import type { Database } from '../../../connection/transactions.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { refused } from '../../../counter/guards.ts';
import { usageError } from '../../../errors/errors.ts';
import {
  choiceMistake,
  matchColumns,
  type Obstacle,
  type TableColumn,
  typeObstacle,
} from '../../match-columns.ts';
import type { Receipt, ReceiptBatch } from '../../receipts/receipt.ts';
import { readStoredRecords } from '../../receipts/records/stored-records.ts';
import type { Remark } from '../../repair.ts';
import type { RepairFacts } from '../../sql/facts.ts';
import type { RecordValues } from '../../sql/records/found-records.ts';
import { columnThatChanges, readRecordColumns } from '../../sql/records/record-columns.ts';
import type { RepairRequest } from '../repair-plan.ts';
import { amountObstacle } from './amount-obstacle.ts';
import type { UndoableChanges } from './undoable-changes.ts';

/** Where the values of a receipt's records go, and what to remark on. */
interface RestoreColumns {
  /** For each stored column, the quoted column that it goes into; null if its values are left out. */
  into: (string | null)[];
  remarks: Remark[];
}

/**
 * Compares the columns of a receipt with those of the table. Rejects with exit code 4, `columns-changed`, if a value
 * would be left out, changed or missing without the user's consent (in a dry run that is a remark). Rejects with 2 if
 * the user's choice names columns that do not exist.
 */
export async function readRestoreColumns(
  database: Database,
  { tables, facts }: { tables: Tables; facts: RepairFacts },
  receipt: Receipt,
  own: UndoableChanges,
  { columns: choice = noChoice, dryRun = false }: RepairRequest,
  signal?: AbortSignal,
): Promise<RestoreColumns> {
  const stored = receipt.head.columns ?? [];
  const batches = batchesOf(own);
  if (batches.length === 0 && isEmpty(choice))
    return { into: stored.map(({ quoted }) => quoted), remarks: [] };
  const columns = await database.read(reader => readRecordColumns(reader, tables), { signal });
  const table = tables.records.name;
  const mistake = choiceMistake(stored, columns, table, choice);
  if (mistake !== null) {
    throw usageError(
      'bad-column',
      mistake,
      'Write --map-column OLD=NEW or --drop-column OLD. OLD is a column of the receipt, NEW one of the table.',
    );
  }
  const [row] = tables.definition.nouns.row;
  const named = { table, reference: tables.records.preset, storedReference: receipt.head.reference, row };
  const match = matchColumns(stored, columns, named, choice);
  const unknown = amountObstacle(columns, tables.records, facts.amount, match.into);
  if (unknown) match.obstacles.push(unknown);
  for (const retyped of match.retyped) {
    const column = stored[retyped.place];
    if (!column) continue;
    const found = await checkColumn(database, receipt, batches, retyped, signal);
    const isLossless = found.differing === 0 && found.refusal === null;
    if (!isLossless && !(retyped.agreed && found.refusal === null)) {
      match.obstacles.push(typeObstacle(table, column, retyped.column, found));
      continue;
    }
    const was = `The column ${retyped.column.quoted} of ${table} was ${column.declared ?? column.type} and is now ${retyped.column.declared}`;
    match.remarks.push({
      code: 'column-type',
      severity: isLossless ? 'info' : 'warning',
      message: isLossless
        ? `${was}: every value comes back unchanged.`
        : `${was}: ${found.differing} of its values come back converted.`,
    });
  }
  if (match.obstacles.length > 0 && !dryRun) throw changed(match.obstacles);
  return { into: match.into, remarks: [...match.obstacles.map(asRemark), ...match.remarks] };
}

function isEmpty({ map, drop }: ColumnChoice): boolean {
  return map.length === 0 && drop.length === 0;
}

function batchesOf({ presets, orphans }: UndoableChanges): ReceiptBatch[] {
  const batches = new Set<ReceiptBatch>();
  for (const { records } of presets.values()) for (const { batch } of records) batches.add(batch);
  for (const { batch } of orphans) batches.add(batch);
  return [...batches];
}

// Few enough at once that neither a statement nor this process has to hold much.
const valuesAtOnce = 5_000;
const lengthAtOnce = 4_000_000;

/** Checks every value of one column on the server. */
async function checkColumn(
  database: Database,
  receipt: Receipt,
  batches: readonly ReceiptBatch[],
  { place, column }: { place: number; column: TableColumn },
  signal: AbortSignal | undefined,
): Promise<{ differing: number; refusal: string | null }> {
  let values: string[] = [];
  let length = 0;
  let differing = 0;
  const ask = async () => {
    const found = await columnThatChanges(database, column, values, signal);
    differing += found.differing;
    values = [];
    length = 0;
    return found.refusal;
  };
  for (const batch of batches) {
    for await (const line of readStoredRecords(receipt, batch)) {
      const value = (JSON.parse(line) as RecordValues)[place] ?? null;
      if (value === null) continue;
      values.push(value);
      length += value.length;
      if (values.length < valuesAtOnce && length < lengthAtOnce) continue;
      const refusal = await ask();
      if (refusal !== null) return { differing, refusal };
    }
  }
  return { refusal: values.length > 0 ? await ask() : null, differing };
}

function asRemark({ code, message, hint }: Obstacle): Remark {
  return { code, severity: 'error', message: `${message} ${hint}` };
}

function changed(obstacles: readonly Obstacle[]): Error {
  return refused(
    'columns-changed',
    obstacles.map(({ message }) => message).join(' '),
    obstacles.map(({ hint }) => hint).join(' '),
  );
}
