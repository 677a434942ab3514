import { givenSetting, resultSetting } from '../../../connection/block-settings.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import { rowsHiddenCondition } from '../../../counter/discovery/visibility.ts';
import { hiddenNow } from '../../../errors/server-errors.ts';
import type { RepairFacts } from '../facts.ts';
import { deferredFirst } from './deferred-triggers.ts';
import { deletion, returnsDeleted, wholeDeletion } from './deletion.ts';
import { insertion } from './insertion.ts';
import { type BlockShape, idsOf } from './order.ts';
import { placeLists, takePlaces } from './places.ts';
import { addition, locking, newCounts, writing } from './rows.ts';
import { gathering, keeping, playing } from './undo-trial.ts';

/** The block that runs a batch. Its values come from a setting of the transaction, so its text can be shown in the plan. */
export function repairBlock(tables: Tables, facts: RepairFacts, order: BlockShape, quote = '$$'): string {
  const { records } = tables;
  const plays = order.deletes.length > 0 ? (order.plays ?? 0) : 0;
  const keeps = plays > 0 ? keeping(facts, plays) : null;
  // Then the records are found once less. Without triggers other rules may fire than usual.
  const keepsDeleted = !order.truncate && !order.quiet && returnsDeleted(facts);
  const whole = order.whole ?? null;
  const parts = [
    requirements(tables),
    order.deletes.length > 0 && whole === null ? takePlaces : '',
    // Before rows are locked: these versions of the records are deleted, or none.
    keeps && !keepsDeleted ? gathering(records.name, keeps) : '',
    order.truncate
      ? `LOCK TABLE ${records.name} IN ACCESS EXCLUSIVE MODE;\n  started := clock_timestamp();`
      : '',
    order.wait ? '' : 'started := coalesce(started, clock_timestamp());',
    order.adds ? addition(tables) : '',
    locking(tables, facts, order),
    order.quiet ? `PERFORM set_config('session_replication_role', 'replica', true);` : '',
    order.deletes.length === 0
      ? ''
      : whole === null
        ? deletion(tables, idsOf(tables), order.truncate, keepsDeleted ? keeps : null)
        : wholeDeletion(tables, whole, keeps),
    order.inserts.length > 0 ? insertion(records.name, facts, order.quiet) : '',
    order.deletes.length + order.inserts.length > 0 ? deferredFirst : '',
    newCounts(tables, facts),
    writing(tables, facts, order),
    plays > 0 ? playing(tables, facts, order.quiet) : '',
    `PERFORM set_config('${resultSetting}', jsonb_build_object(
    'waiting', (SELECT count(*) FROM pg_locks l WHERE NOT l.granted
                 AND (l.transactionid = pg_current_xact_id()::xid${order.truncate ? ` OR l.relation = ${records.oid}` : ''})),
    'beside', beside,
    'counts', becomes,
    'held', extract(epoch FROM clock_timestamp() - started) * 1000)::text, true);`,
  ];
  return `DO ${quote}
#variable_conflict use_variable
DECLARE
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  held jsonb;
  used jsonb;
  others jsonb;
  becomes jsonb;
  started timestamptz;
  touched bigint;
  is_other boolean;
  beside boolean;
  is_kept boolean;${order.deletes.length === 0 ? '' : whole === null ? `\n  ${placeLists}` : '\n  was pg_snapshot;\n  before_this xid;\n  is_newer boolean := false;'}${plays > 0 ? '\n  played jsonb;\n  dangling jsonb;' : ''}
BEGIN
  ${parts.filter(part => part !== '').join('\n  ')}
END
${quote}`;
}

/** Refuses a batch that is not the one of the order, or that does not see every row. */
function requirements(tables: Tables): string {
  // After a switch to another connection the setting is missing; after a reconnect the transaction is another one.
  return `IF given IS NULL OR pg_current_xact_id_if_assigned()::text IS DISTINCT FROM given->>'xid' THEN
    RAISE EXCEPTION 'this transaction is another one' USING ERRCODE = '25P01';
  END IF;
  -- Before anything here takes further numbers, as every block does that catches errors.
  beside := pg_snapshot_xmax(pg_current_snapshot()) > pg_current_xact_id();
  -- Below deadlock_timeout: if two sessions wait for each other, we give up first.
  PERFORM set_config('lock_timeout', '250ms', true);
  -- Records hidden by a policy would look like drift.
  IF ${rowsHiddenCondition(tables)} THEN
    RAISE EXCEPTION 'row-level security hides rows from this role now' USING ERRCODE = '${hiddenNow}';
  END IF;`;
}
