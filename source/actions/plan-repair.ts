import { firingTriggers } from '../audit/firing-triggers.ts';
import type { Change, FiringTrigger, Remark, RepairOptions } from '../audit/repair.ts';
import type { TriggerCatalog } from '../audit/trigger-catalog.ts';
import { judgeTrigger } from '../audit/trigger-health.ts';
import { describeType } from '../audit/trigger-type.ts';
import type { Database } from '../database/connection.ts';
import { repairBlock } from '../database/repair-block.ts';
import {
  onlyColumns,
  type RepairFacts,
  readIdentity,
  readRepairFacts,
  whyNotQuiet,
} from '../database/repair-facts.ts';
import { readTriggerCatalog } from '../database/trigger-catalog.ts';
import { ConsoleError, exitCodes, isConsoleError } from '../errors.ts';
import type { Receipt } from '../receipts/receipt.ts';
import { fingerprint } from './fingerprint.ts';
import { refused, requireEveryRow, requireWritableServer } from './guards.ts';
import { type Look, look } from './look.ts';
import { planReset } from './plan-reset.ts';
import { planSync } from './plan-sync.ts';
import { planUndo } from './plan-undo.ts';
import type { RepairPlan, RepairRequest } from './repair-plan.ts';
import type { Task } from './repair-task.ts';

/** What an action finds out for its plan. */
export interface Draft {
  changes: Change[];
  tasks: Task[];
  recordsToDelete: number;
  recordsToRestore: number;
  remarks: Remark[];
  left: RepairPlan['left'];
  method: RepairPlan['method'];
  /** What the fingerprint holds beside the database, the action and its options. */
  holds: unknown;
  /** undo: what is taken back. */
  receipt?: Receipt;
}

/** A plan with what carrying it out needs beside. */
export interface FullPlan extends RepairPlan {
  tasks: Task[];
  facts: RepairFacts;
  receipt: Receipt | null;
}

/**
 * Looks up what a repair would change. Reads only. Rejects with exit code 4 where it is not wanted, could not be trusted or
 * would do harm that no undo takes back, and with 3 where this role may not write what it has to.
 */
export async function planRepair(
  database: Database,
  request: RepairRequest,
  signal?: AbortSignal,
): Promise<FullPlan> {
  const { action, options } = request;
  if (request.readOnly)
    throw refused('read-only', 'Started with --read-only: nothing is written.', 'Leave --read-only out.');
  const { found, catalog, facts, identity } = await database.read(
    async reader => {
      const found = await look(reader, database, request.schema);
      return {
        found,
        catalog: await readTriggerCatalog(reader, found.tables),
        facts: await readRepairFacts(reader, found.tables),
        identity: await readIdentity(reader, database, found.tables),
      };
    },
    { signal },
  );
  const obstacles: Remark[] = [];
  const must = (guard: () => void) => {
    const obstacle = obstacleIn(guard, request);
    if (obstacle) obstacles.push(obstacle);
  };
  must(() => requireWritable(found, facts, request));
  const draft = await drafts[action](database, found, facts, request, identity, signal);
  const deletes = draft.recordsToDelete > 0;
  const inserts = draft.recordsToRestore > 0;
  // Even where there is no record now: what comes before the run is deleted too.
  const mayDelete = deletes || (action === 'reset' && options.deleteHistory && draft.changes.length > 0);
  if (mayDelete) must(() => requireDeletable(found, facts));
  if (inserts && !facts.may.insert) {
    must(() => {
      throw denied(found, 'INSERT', found.tables.records.name);
    });
  }
  const setsLastUsed = inserts || draft.changes.some(({ lastUsedAfter }) => lastUsedAfter !== undefined);
  const firesTriggers = firingTriggers(catalog, {
    columns: [
      found.tables.presets.count,
      ...(setsLastUsed && found.tables.presets.lastUsed ? [found.tables.presets.lastUsed] : []),
    ],
    deletes,
    truncates: draft.method === 'truncate',
    inserts,
  });
  const cannotSuppress = await whyNotSuppress(database, facts, { deletes: mayDelete, inserts }, signal);
  if (options.suppressTriggers && cannotSuppress !== null) {
    throw refused(
      'cannot-suppress',
      `Triggers cannot be kept from firing: ${cannotSuppress}.`,
      'Leave --suppress-triggers out and let them fire, or connect as another role.',
    );
  }
  const rows = draft.changes.length + draft.recordsToDelete + draft.recordsToRestore;
  const health = judgeTrigger(catalog);
  return {
    request,
    action,
    options,
    look: found,
    identity,
    fingerprint: fingerprint([
      identity,
      action,
      options,
      [...request.presets].sort(),
      draft.holds,
      firesTriggers,
    ]),
    phrase: `${action} ${found.server.database} ${draft.changes.length}`,
    changes: draft.changes.sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta)),
    recordsToDelete: draft.recordsToDelete,
    recordsToRestore: draft.recordsToRestore,
    firesTriggers,
    whyNotSuppress: cannotSuppress,
    backup: request.directory,
    statements: statements(
      found,
      draft.receipt ? onlyColumns(facts, draft.receipt.head.columns ?? []) : facts,
      options,
      draft,
    ),
    method: draft.method,
    remarks: [
      ...obstacles,
      ...found.tables.why.map((message): Remark => ({ code: 'chosen', severity: 'warning', message })),
      ...draft.remarks,
      ...writersRemarks(health, firesTriggers),
      ...(inserts ? restoringRemarks(catalog, options) : []),
    ],
    estimate: { rows, seconds: estimateSeconds(draft) },
    left: draft.left,
    undoes: request.receipt,
    tasks: draft.tasks,
    facts: draft.receipt ? onlyColumns(facts, draft.receipt.head.columns ?? []) : facts,
    receipt: draft.receipt ?? null,
  };
}

// What hinders writing alone: what is read is as true as ever.
const hindersWriting: ReadonlySet<string> = new Set([
  'permission-denied',
  'server-read-only',
  'referenced',
  'inherited',
]);

/** What a guard says, as a remark where the plan is only looked at; thrown otherwise. */
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

/** Throws where this role, this server or these tables do not take such a write at all. */
function requireWritable(
  found: Look,
  { may, presetsKind, recordsKind }: RepairFacts,
  { action, options }: RepairRequest,
): void {
  const { server, tables } = found;
  requireWritableServer(server, `${action === 'undo' ? 'an' : 'a'} ${action}`);
  requireEveryRow(tables, `${action === 'undo' ? 'An' : 'A'} ${action}`);
  if (presetsKind === 'f' || recordsKind === 'f') {
    throw refused(
      'foreign-table',
      `${presetsKind === 'f' ? tables.presets.name : tables.records.name} is a foreign table.`,
      'Connect to the server that holds it.',
    );
  }
  if (!may.count) throw denied(found, `UPDATE (${tables.presets.count})`, tables.presets.name);
  if (tables.presets.lastUsed && !may.lastUsed && (action !== 'sync' || options.lastUsed)) {
    throw denied(found, `UPDATE (${tables.presets.lastUsed})`, tables.presets.name);
  }
}

/** Throws where deleting records is not this role's to do, or would delete what no receipt can hold. */
function requireDeletable(found: Look, { may, referencedBy, inheritedBy }: RepairFacts): void {
  const { records } = found.tables;
  if (!may.delete) throw denied(found, 'DELETE', records.name);
  if (inheritedBy !== null) {
    throw refused(
      'inherited',
      `${inheritedBy} inherits from ${records.name}: its records would be deleted too, and come back without its own columns and into the wrong table.`,
      'Reset without --delete-history, or take that inheritance away first.',
    );
  }
  const harm = referencedBy.find(({ onDelete }) => onDelete !== 'NO ACTION' && onDelete !== 'RESTRICT');
  if (harm) {
    throw refused(
      'referenced',
      `${harm.table} refers to ${records.name} with ON DELETE ${harm.onDelete}: its rows would change too, and could not be put back.`,
      'Reset without --delete-history, or take that reference away first.',
    );
  }
}

function denied({ server }: Look, right: string, table: string): ConsoleError {
  return new ConsoleError({
    code: 'permission-denied',
    message: `${server.user} may not do this: it lacks ${right} on ${table}.`,
    hint: `GRANT ${right} ON ${table} TO ${server.user}, or connect as the owner. Nothing was changed.`,
    exitCode: exitCodes.unreachable,
  });
}

async function whyNotSuppress(
  database: Database,
  { referencedBy }: RepairFacts,
  { deletes, inserts }: { deletes: boolean; inserts: boolean },
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (inserts && referencedBy.some(({ itself }) => itself)) {
    return 'records refer to each other, and that is checked by a trigger';
  }
  if (deletes && referencedBy.length > 0) {
    return `${referencedBy[0]?.table} refers to the records that are deleted, and that is checked by a trigger`;
  }
  return whyNotQuiet(database, signal);
}

/** What will make the counts wrong again, or is not what it looks like. */
function writersRemarks(
  { healthy, findings }: ReturnType<typeof judgeTrigger>,
  fires: readonly FiringTrigger[],
): Remark[] {
  const remarks: Remark[] = [];
  if (!healthy) {
    const [first] = findings.filter(({ severity }) => severity === 'error');
    remarks.push({
      code: 'trigger-unhealthy',
      severity: 'warning',
      message: `Uses are not counted as they should be, so counts will be wrong again: ${first?.message ?? ''}`,
    });
  }
  const always = fires.filter(trigger => trigger.always);
  if (always.length > 0) {
    remarks.push({
      code: 'always-fires',
      severity: 'info',
      message: `${always.map(({ name }) => name).join(', ')} fires even where triggers are suppressed (ENABLE ALWAYS).`,
    });
  }
  return remarks;
}

/** Triggers that may make another record of the one that is put back. */
function restoringRemarks(
  { triggers, recordsOid }: TriggerCatalog,
  { suppressTriggers }: RepairOptions,
): Remark[] {
  const changing = triggers.filter(({ tableOid, type, enabled }) => {
    const { timing, events, level } = describeType(type);
    const before = timing === 'BEFORE' && level === 'row' && events.includes('INSERT');
    const fires = enabled === 'A' || (enabled === 'O' && !suppressTriggers);
    return tableOid === recordsOid && before && fires;
  });
  if (changing.length === 0) return [];
  return [
    {
      code: 'records-may-change',
      severity: 'warning',
      message: `${changing.map(({ name }) => name).join(', ')} fires before each record that is put back, and may change it: with --suppress-triggers it comes back exactly as it was.`,
    },
  ];
}

function statements(
  { tables }: Look,
  facts: RepairFacts,
  { suppressTriggers }: RepairOptions,
  { recordsToDelete, recordsToRestore, method, changes }: Draft,
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
      setsLastUsed: changes.some(({ lastUsedAfter }) => lastUsedAfter !== undefined),
    }),
    'COMMIT',
  ];
}

// Measured with 100 presets or 1,000 records a batch and the pause after each, on a local server.
const presetsPerSecond = 1_500;
const recordsPerSecond = 10_000;

function estimateSeconds({ changes, recordsToDelete, recordsToRestore }: Draft): number {
  return changes.length / presetsPerSecond + (recordsToDelete + recordsToRestore) / recordsPerSecond;
}
