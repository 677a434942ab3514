import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { deletesRecords } from '../repair.ts';
import { hasKeyTwice, whyOrphansAreRefused } from '../sql/restore-checks.ts';
import type { RepairRequest } from './repair-plan.ts';
import type { RepairRisks } from './reversibility.ts';
/** Looks for what no undo of this repair could reverse. */
export async function readRisks(
  reader: Reader,
  tables: Tables,
  request: RepairRequest,
): Promise<RepairRisks> {
  const isBuiltIn = tables.definition.source.kind === 'built-in';
  const orphansGo = isBuiltIn && deletesRecords(request) && request.presets.length === 0;
  // If rows are hidden, the repair is refused anyway, and what is in the table is not known.
  if (tables.hiddenBy.length > 0) return { keyTwice: false, refusesOrphans: null };
  return {
    keyTwice: await hasKeyTwice(reader, tables),
    refusesOrphans: orphansGo ? await whyOrphansAreRefused(reader, tables) : null,
  };
}
