import { readNextXid } from '../../connection/transaction-status.ts';
import type { Database } from '../../connection/transactions.ts';
import { isOfOneCounter } from '../../counter/audit/one-counter.ts';
import { isOfPresets, nounsOf } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { fingerprint } from '../../counter/fingerprint.ts';
import {
  leaveOutReadOnly,
  refused,
  requireEveryRow,
  requireHere,
  requireWritableServer,
} from '../../counter/guards.ts';
import { readIdentity } from '../../counter/identity.ts';
import { type InspectedDatabase, inspectDatabase } from '../../counter/inspect-database.ts';
import { asWritten } from '../../counter/writing/as-written.ts';
import { isConsoleError } from '../../errors/errors.ts';
import type { TriggerCatalog } from '../../trigger/catalog.ts';
import { readCounterHealth } from '../../trigger/defined/read-health.ts';
import { judgeTrigger } from '../../trigger/health.ts';
import { catalogsOf } from '../../trigger/read-cached-catalog.ts';
import { readTriggerCatalog } from '../../trigger/read-catalog.ts';
import { alsoWritesRemarks, restoredColumns } from '../also-writes.ts';
import { otherNumber } from '../one-sided.ts';
import { readWrittenTables } from '../read-written-tables.ts';
import type { Receipt } from '../receipts/receipt.ts';
import { counterOf } from '../receipts/receipt-head.ts';
import { freeSpace, requireSpace, spaceRemark } from '../receipts/records/record-space.ts';
import { deletesRecords, type Remark, type RepairOptions } from '../repair.ts';
import { repairBlock } from '../sql/batch/block.ts';
import { onlyColumns, type RepairFacts, readRepairFacts, whyNotQuiet } from '../sql/facts.ts';
import { doubtRemarks, doubtWord } from './doubt.ts';
import type { FullPlan, PlanDraft } from './draft.ts';
import {
  allPlayed,
  firingTriggers,
  type PlannedWrites,
  recordsPlayed,
  whyNotPlayed,
} from './firing-triggers.ts';
import { planReset } from './read-reset.ts';
import { readRisks } from './read-risks.ts';
import { planSync } from './read-sync.ts';
import {
  addedRemarks,
  besidesRemarks,
  type Judged,
  notTriedRemark,
  restoringRemarks,
  writersRemarks,
} from './remarks.ts';
import type { RepairPlan, RepairRequest } from './repair-plan.ts';
import {
  permissionDenied,
  requireDeletable,
  requireHistoryOfItsOwn,
  requireReversible,
} from './reversibility.ts';
import type { PlanParts } from './stale-plan.ts';
import { planUndo } from './undo/read-undo.ts';

/**
 * Plans a repair. Only reads. Rejects with exit code 4 if the repair is not allowed, could not be trusted or would do
 * harm that no undo can reverse, and with 3 if this role lacks the rights to write.
 */
export async function planRepair(
  database: Database,
  request: RepairRequest,
  signal?: AbortSignal,
): Promise<FullPlan> {
  const { action, options } = request;
  if (request.readOnly)
    throw refused('read-only', 'Started with --read-only: nothing is written.', leaveOutReadOnly);
  const { began, found, catalog, facts, identity, risks } = await database.read(
    async reader => {
      const began = { at: performance.now(), xid: await readNextXid(reader) };
      const found = await inspectDatabase(reader, database, request.counter);
      return {
        began,
        found,
        catalog: await readTriggerCatalog(reader, asWritten(found.tables), catalogsOf(database)),
        facts: await readRepairFacts(reader, found.tables),
        identity: await readIdentity(reader, database, found.tables),
        risks: await readRisks(reader, found.tables, request),
      };
    },
    { signal },
  );
  const obstacles: Remark[] = [];
  const must = (guard: () => void) => {
    const obstacle = obstacleIn(guard, request);
    if (obstacle) obstacles.push(obstacle);
  };
  must(() => requireSure(found.tables, request));
  must(() => requireWritable(found, facts, request));
  must(() => requireReversible(found.tables, risks));
  if (deletesRecords(request)) must(() => requireHistoryOfItsOwn(found.tables, catalog, facts));
  const played = recordsPlayed(catalog, found.tables, facts);
  const triesAll = played === allPlayed && whyNotPlayed(catalog, facts, options) === null;
  const draft = await drafts[action]({ database, found, facts, request, identity, triesAll, began, signal });
  const deletes = draft.recordsToDelete > 0;
  const inserts = draft.recordsToRestore > 0;
  // Even if there is no record now: records that come before the run are deleted too.
  const mayDelete = deletes || (deletesRecords(request) && draft.changes.length > 0);
  if (mayDelete) must(() => requireDeletable(found, facts));
  const { receiptBytes } = draft;
  if (receiptBytes !== undefined) {
    const { directory } = request;
    const free = await freeSpace(directory);
    must(() => requireSpace(directory, receiptBytes, free));
    draft.remarks.push(spaceRemark(directory, receiptBytes, free));
  }
  if (inserts && !facts.may.insert) {
    must(() => {
      throw permissionDenied(found, 'INSERT', found.tables.records.name);
    });
  }
  const writes: PlannedWrites = {
    columns: [
      found.tables.written.count,
      ...((inserts || draft.maySetLastUsed) && found.tables.written.touched
        ? [found.tables.written.touched]
        : []),
    ],
    deletes: deletesRecords(request),
    truncates: draft.method === 'truncate',
    inserts,
  };
  const cannotSuppress = await whyNotSuppress(
    database,
    catalog,
    found.tables,
    facts,
    { deletes: mayDelete, inserts },
    signal,
  );
  // Of a reset, what its undo could do.
  const undoCannot = mayDelete
    ? await whyNotSuppress(database, catalog, found.tables, facts, { deletes: false, inserts: true }, signal)
    : cannotSuppress;
  if (options.suppressTriggers && cannotSuppress !== null) {
    throw refused(
      'cannot-suppress',
      `Triggers cannot be kept from firing: ${cannotSuppress}.`,
      'Leave --suppress-triggers out and let them fire, or connect as another role.',
    );
  }
  const rows = draft.changes.length + draft.recordsToDelete + draft.recordsToRestore;
  const firesTriggers = rows > 0 ? firingTriggers(catalog, writes) : [];
  const health = isOfPresets(found.tables.definition)
    ? judgeTrigger(catalog)
    : await readKeeping(database, found.tables.definition, signal);
  const restores = inserts ? restoredColumns(catalog, found.tables, facts) : [];
  const written = draft.into
    ? onlyColumns(
        { ...facts, restores },
        draft.into.flatMap(quoted => (quoted === null ? [] : { quoted })),
      )
    : facts;
  const notPlayed = mayDelete ? whyNotPlayed(catalog, facts, options) : null;
  const playsUndo = mayDelete && notPlayed === null ? played : 0;
  const alsoWrites =
    inserts || mayDelete || draft.changes.length > 0
      ? alsoWritesRemarks(
          catalog,
          await readWrittenTables(database, catalog, signal),
          found.tables,
          // Of a reset, what its undo restores.
          restoredColumns(catalog, found.tables, facts),
          {
            suppressTriggers: options.suppressTriggers,
            columns: writes.columns,
            deletes: mayDelete,
            inserts,
          },
        )
      : [];
  const ended = { xid: await database.read(readNextXid, { signal }), at: performance.now() };
  const parts: PlanParts = {
    database: identity,
    asked: fingerprint([action, options, [...request.presets].sort(), ...counted(found.tables)]),
    presets: fingerprint(draft.holds),
    // For both ways of deleting: the number of records decides between them later.
    triggers: fingerprint(
      [false, true].map(truncates =>
        firingTriggers(catalog, { ...writes, truncates: truncates && writes.deletes }),
      ),
    ),
    receipt: draft.receipt?.origin ?? '',
  };
  return {
    request,
    action,
    options,
    inspected: found,
    identity,
    fingerprint: fingerprint(parts),
    parts,
    phrase: phraseOf(request, found, draft),
    changes: draft.changes.sort((a, b) => Math.abs(Number(b.delta)) - Math.abs(Number(a.delta))),
    recordsToDelete: draft.recordsToDelete,
    recordsToRestore: draft.recordsToRestore,
    firesTriggers,
    whyNotSuppress: cannotSuppress,
    backup: request.directory,
    statements: statements(found, written, options, draft, playsUndo),
    method: draft.method,
    remarks: [
      ...obstacles,
      ...found.tables.why.map((message): Remark => ({ code: 'chosen', severity: 'warning', message })),
      ...(draft.receipt ? doubtRemarks(draft.receipt) : []),
      ...draft.remarks,
      ...addedRemarks(draft.changes, found.tables),
      ...writersRemarks(health, firesTriggers, nounsOf(found.tables.definition)),
      ...(inserts || mayDelete
        ? restoringRemarks(catalog, { suppressTriggers: inserts && options.suppressTriggers }, undoCannot)
        : []),
      ...alsoWrites,
      ...(notPlayed === null ? [] : [notTriedRemark(notPlayed)]),
      ...besidesRemarks(facts, { deletes: deletes && draft.method !== 'truncate', inserts }),
    ],
    estimate: {
      rows,
      seconds: estimateSeconds(draft),
      // Nothing of a plan takes a number, unless it finds out what became of an earlier repair.
      others: ended.xid !== began.xid,
    },
    left: draft.left,
    undoes: request.receipt,
    source: draft.receipt ? sourceOf(draft.receipt) : null,
    tasks: draft.tasks,
    facts: written,
    playsUndo,
    began,
    ended,
    receipt: draft.receipt ?? null,
    into: draft.into ?? [],
    evidence: draft.evidence ?? null,
  };
}

/** What keeps any other counter; why that could not be judged, as a sentence: a plan is right without it. */
async function readKeeping(
  database: Database,
  definition: CounterDefinition,
  signal: AbortSignal | undefined,
): Promise<Judged> {
  try {
    return (await readCounterHealth(database, definition, signal)).health;
  } catch (error) {
    if (!isOfOneCounter(error)) throw error;
    return error.message;
  }
}

/** What a plan is of, if that is not the counter of presets. */
function counted({ definition }: Tables): unknown[] {
  const { counter, counts } = counterOf(definition);
  return counter === undefined ? [] : [counter, counts];
}

/** What must be typed to run the plan. Whoever deletes records types how many, and so cannot mistake it for a plain reset. */
function phraseOf(
  { action, options }: RepairRequest,
  { server, tables }: InspectedDatabase,
  { receipt, changes, recordsToDelete }: PlanDraft,
): string {
  const word = receipt ? doubtWord(receipt) : null;
  const { id, source } = tables.definition;
  const counter = source.kind === 'built-in' ? [] : [id];
  const deletes = options.deleteHistory ? ['delete', recordsToDelete] : [];
  return [
    action,
    ...(word === null ? [] : [word]),
    server.database,
    ...counter,
    changes.length,
    ...deletes,
  ].join(' ');
}

function sourceOf({ head, origin, doubt }: Receipt): RepairPlan['source'] {
  return { id: head.id, origin, doubt };
}

// These only prevent writing: what was read is still true.
const hindersWriting: ReadonlySet<string> = new Set([
  'permission-denied',
  'server-read-only',
  'referenced',
  'inherited',
  'orphans-named',
  'count-generated',
  'only-a-guess',
  'history-counted-elsewhere',
  'no-space',
]);

/** What a guard throws; as a remark in a dry run. */
function obstacleIn(guard: () => void, { dryRun = false }: RepairRequest): Remark | null {
  try {
    guard();
    return null;
  } catch (error) {
    if (!dryRun || !isConsoleError(error) || !hindersWriting.has(error.code)) throw error;
    return { code: error.code, severity: 'error', message: `${error.message} ${error.hint}` };
  }
}

const drafts = { sync: planSync, reset: planReset, undo: planUndo };

/** Throws if the counter is only a guess and the user did not name it. The receipt of an undo names it. */
function requireSure({ definition }: Tables, { named = false, action }: RepairRequest): void {
  if (definition.confidence !== 'guess' || named || action === 'undo') return;
  throw refused(
    'only-a-guess',
    `Only its name says that ${definition.id} is a counter, so nothing is written to it unasked.`,
    `Name it to have it written: --counter ${definition.id}`,
  );
}

/** Throws if this role, this server or these tables do not allow such a write at all. */
function requireWritable(
  found: InspectedDatabase,
  { may, countGenerated }: RepairFacts,
  { action, options }: RepairRequest,
): void {
  const { server, tables } = found;
  requireWritableServer(server, `${action === 'undo' ? 'an' : 'a'} ${action}`);
  requireEveryRow(tables, `${action === 'undo' ? 'An' : 'A'} ${action}`);
  requireHere(tables);
  if (countGenerated) {
    throw refused(
      'count-generated',
      `${tables.written.count} of ${tables.written.name} is a generated column, so it cannot be written.`,
      'Correct what it is computed from.',
    );
  }
  if (!may.count) throw permissionDenied(found, `UPDATE (${tables.written.count})`, tables.written.name);
  if (tables.written.touched && !may.lastUsed && (action !== 'sync' || options.lastUsed)) {
    throw permissionDenied(found, `UPDATE (${tables.written.touched})`, tables.written.name);
  }
}

async function whyNotSuppress(
  database: Database,
  catalog: TriggerCatalog,
  { definition }: Tables,
  facts: RepairFacts,
  { deletes, inserts }: { deletes: boolean; inserts: boolean },
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { referencedBy } = facts;
  const other =
    definition.source.kind !== 'built-in' && (deletes || inserts)
      ? otherNumber(catalog, definition, facts)
      : null;
  if (other !== null) return other;
  if (inserts && referencedBy.some(({ itself }) => itself)) {
    return 'records refer to each other, and a trigger checks that';
  }
  if (deletes && referencedBy.length > 0) {
    return `${referencedBy[0]?.table} refers to the records that are deleted, and a trigger checks that`;
  }
  return whyNotQuiet(database, signal);
}

function statements(
  { tables }: InspectedDatabase,
  facts: RepairFacts,
  { suppressTriggers }: RepairOptions,
  { recordsToDelete, recordsToRestore, method, changes }: PlanDraft,
  playsUndo: number,
): string[] {
  if (changes.length === 0 && recordsToDelete === 0 && recordsToRestore === 0) return [];
  const some = (number: number) => (number > 0 ? ['some'] : []);
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    "SELECT pg_try_advisory_xact_lock(hashtext('preset-usage-console'))",
    repairBlock(tables, facts, {
      deletes: some(recordsToDelete),
      inserts: some(recordsToRestore),
      truncate: method === 'truncate',
      wait: false,
      quiet: suppressTriggers,
      plays: playsUndo,
      setsLastUsed: changes.some(({ lastUsedAfter }) => lastUsedAfter !== undefined),
      adds: changes.some(({ adds = false }) => adds),
    }),
    'COMMIT',
  ];
}

// Measured on a local server where nobody else writes.
const presetsPerSecond = 10_000;
const deletedPerSecond = 60_000;
const restoredPerSecond = 40_000;

function estimateSeconds({ changes, recordsToDelete, recordsToRestore }: PlanDraft): number {
  return (
    changes.length / presetsPerSecond +
    recordsToDelete / deletedPerSecond +
    recordsToRestore / restoredPerSecond
  );
}
