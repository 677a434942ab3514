import type { Nouns } from '../../../counter/definition/nouns.ts';
import type { Receipt } from '../../receipts/receipt.ts';
import type { Remark } from '../../repair.ts';
import type { OnServer } from '../../run/on-this-server.ts';
import type { PresenceEvidence } from '../../run/presence/present-records.ts';
import type { AlikeResult } from '../../run/presence/records-alike.ts';
import type { UndoDraft } from './draft-undo.ts';

/** The remarks of the draft, plus what the server lacks of the receipt and what it cannot confirm. */
export function remarksOnServer(
  { head, batches }: Receipt,
  { missing, unproved }: OnServer,
  { column, keyed }: PresenceEvidence,
  { remarks, recordsToRestore, changes, tasks, left }: UndoDraft,
  { some, anyway }: AlikeResult,
  named: Nouns,
): Remark[] {
  const gone = missing.get(head.id) ?? 0;
  const nothing = tasks.length === 0 && left.length === 0;
  // If the reason for `nothing-in-effect` is known, only the reason is shown.
  const all = remarks.filter(({ code }) => code !== 'nothing-in-effect' || (nothing && gone === 0));
  if (gone > 0) {
    const what =
      gone === batches.length
        ? 'Nothing of this receipt ever happened'
        : `${gone} of the ${batches.length} batches of this receipt never happened`;
    all.push({
      code: 'not-on-this-server',
      severity: 'warning',
      message: `${what} on this server: it was restored from before the ${head.action}, or is an older copy. ${nothing ? 'There is nothing to undo.' : 'They are left out.'}`,
    });
  }
  const many = changes.filter(
    ({ records, deletes, many = Number(records) }) => deletes < 0 && many >= -deletes,
  ).length;
  const why =
    unproved.get(head.id) ?? (many > 0 ? asMany(named, many) : some > 0 ? atOnce(named, some) : null);
  if (recordsToRestore > 0 && column === null && !keyed && why !== null) {
    all.push({
      code: 'presence-unknown',
      severity: 'warning',
      message: `Records here look alike, and ${why}: if the deleted ones are in the table, they will be there twice. Check the table before you confirm.`,
    });
  }
  if (anyway > 0) {
    all.push({
      code: 'put-back-anyway',
      severity: 'warning',
      message: `${rowsHave(named, anyway)} records that may be the deleted ones, and --put-back-anyway puts the deleted ones back: if they are in the table already, they will be there twice.`,
    });
  }
  return all;
}

/** They may have been put back with a copy of the receipt, or they may be uses that came since. */
function asMany(named: Nouns, rows: number): string {
  return `${rowsHave(named, rows)} as many of them now as would come back`;
}

function atOnce(named: Nouns, rows: number): string {
  return `${rowsHave(named, rows)} records that came several at a time since, or may be older than the reset`;
}

function rowsHave({ nouns }: Nouns, rows: number): string {
  return rows === 1 ? `1 ${nouns.row[0]} has` : `${rows} ${nouns.row[1]} have`;
}
