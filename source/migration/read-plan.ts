import type { Database, Reader } from '../connection/transactions.ts';
import type { Finding } from '../counter/finding.ts';
import { fingerprint } from '../counter/fingerprint.ts';
import { leaveOutReadOnly, refused, requireWritableServer } from '../counter/guards.ts';
import { type InspectedDatabase, inspectDatabase } from '../counter/inspect-database.ts';
import { ConsoleError, exitCodes } from '../errors/errors.ts';
import type { TriggerCatalog } from '../trigger/catalog.ts';
import { columnMismatches } from '../trigger/effects/column-mismatches.ts';
import { effectsOf } from '../trigger/effects/effects.ts';
import { migrationFile as file, recordsTable, rowsTable, trackName } from '../trigger/expected-names.ts';
import { judgeTrigger } from '../trigger/health.ts';
import { countsAside, countsInstead } from '../trigger/migration/counts-instead.ts';
import type { MigrationFit } from '../trigger/migration/fit.ts';
import { readMigrationScript } from '../trigger/migration/read-script.ts';
import { readTriggerCatalog } from '../trigger/read-catalog.ts';
import { outlastsRollback } from '../trigger/side-effects.ts';
import { trackRoutines } from '../trigger/track-routines.ts';
import { type MigrationCatalog, migrationDifferences, replacedDefinitions } from './catalog.ts';
import { lostCalls, staysWords } from './lost-calls.ts';
import {
  eventNames,
  type MigrationProof,
  outcomeWords,
  type ProvenEvent,
  unproved,
  worsened,
} from './proof.ts';
import { readMigrationCatalog } from './read-catalog.ts';
import { type ProofPlan, readProofPlan } from './read-proof-plan.ts';
import { readSurprises } from './read-surprises.ts';
import { runProof } from './run-proof.ts';
import { migrationStatements, shippedFunctions } from './script.ts';

interface MigrationRequest {
  schema: string;
  readOnly: boolean;
  /** True if it is only shown: then this role or server need not be able to run it. */
  dryRun?: boolean;
  /** The fingerprint that a person gave; with it a dry run plays even what no rollback can undo. */
  confirm?: string | null;
}

/** A migration that is planned but not run. */
export interface MigrationPlan {
  inspected: InspectedDatabase;
  /** What is wrong with counting here, before the migration. */
  findings: Finding[];
  /** What may surprise afterwards; these are findings too. */
  warnings: Finding[];
  /** How the migration acts on these tables. */
  fit: MigrationFit;
  /** What counts uses today that this would count again: seen by reading it, and of that what no proof plays. Null if nothing does. */
  instead: { any: string | null; aside: string | null };
  /** A trigger that is replaced although it fires on more than inserts, or null. */
  loses: string | null;
  /** The routines that the application may call for a use, by oid. */
  tracks: number[];
  /** What is missing, or differs from what the migration would install, in words; empty if nothing does. */
  differs: string[];
  /** What would be run, in one transaction; empty if nothing differs. */
  statements: string[];
  /** Statements to restore by hand what is replaced or dropped; empty if that is nothing. */
  replaced: string[];
  /** The rights that this role lacks, in words; a dry run only reports them. */
  lacking: string[];
  fingerprint: string;
}

/** A plan with what was played to prove it. */
export interface ProvenPlan extends MigrationPlan {
  /** Null if the plan changes nothing. */
  proof: MigrationProof | null;
}

/**
 * Compares the database with what the shipped migration installs. Rejects with exit code 4 if the migration
 * does not fit these tables, would break what counts right today, or nothing may be written; with 3 if this role lacks a right
 * that it needs. What it would do to counting is played in a transaction that is rolled back.
 */
export async function planMigration(
  database: Database,
  { schema, readOnly, dryRun = false, confirm = null }: MigrationRequest,
  signal?: AbortSignal,
): Promise<ProvenPlan> {
  if (schema !== 'public') throw misfit([`the schema is ${schema}`]);
  if (readOnly && !dryRun) {
    throw refused('read-only', 'The migration writes, and --read-only is set.', leaveOutReadOnly);
  }
  const { plan, played } = await database.read(
    async reader => {
      const read = await readMigrationPlan(reader, database);
      if (!dryRun) {
        requireWritableServer(read.inspected.server, 'the migration');
        requireRights(read);
      }
      return {
        plan: read,
        played: await readPlayed(reader, read, { readOnly, confirm: dryRun ? confirm : null }),
      };
    },
    { signal },
  );
  if (played === null) return { ...plan, proof: null };
  const proof =
    typeof played === 'string' ? unproved(played) : await runProof(database, played, plan.statements, signal);
  const [worse] = worsened(proof.events);
  if (worse) throw wouldBreak(worse);
  const instead = proof.events.length > 0 ? plan.instead.aside : plan.instead.any;
  if (instead !== null) throw wouldCountTwice(instead);
  if (!dryRun && proof.events.length === 0 && plan.loses !== null) throw mayLose(plan.loses, proof);
  return { ...plan, proof };
}

/** What to play, or why nothing can be; null if the plan changes nothing. */
async function readPlayed(
  reader: Reader,
  plan: MigrationPlan,
  { readOnly, confirm }: { readOnly: boolean; confirm: string | null },
): Promise<ProofPlan | string | null> {
  const { inspected, lacking, statements, fingerprint: own } = plan;
  if (statements.length === 0) return null;
  if (readOnly) return '--read-only is set';
  if (inspected.server.readOnly) return 'the server is read-only';
  if (lacking.length > 0) return `${inspected.server.user} ${lacking[0]}`;
  if (inspected.tables.hiddenBy.length > 0)
    return `this role may not see every row: ${inspected.tables.hiddenBy[0]}`;
  const played = await readProofPlan(reader, inspected.tables, plan);
  if (typeof played === 'string' || confirm === own) return played;
  const first = played.reach.find(outlastsRollback);
  if (!first) return played;
  return `it runs what no rollback can undo: ${first.function} (${first.means}); --dry-run --confirm ${own} plays it anyway`;
}

function wouldBreak({ event, before, after }: ProvenEvent): ConsoleError {
  return refused(
    'would-break',
    `The migration would break ${eventNames[event]}: ${outcomeWords(before)} today, ${outcomeWords(after)} afterwards.`,
    `This was tried in a transaction that was rolled back. Adapt ${file} by hand to what counts here now.`,
  );
}

function wouldCountTwice(instead: string): ConsoleError {
  return refused(
    'would-break',
    `The migration would count a use twice: ${instead} counts it by itself today.`,
    'Take the statement that counts out of it, or drop it; then run migrate.',
  );
}

function mayLose(trigger: string, { reason }: MigrationProof): ConsoleError {
  return refused(
    'would-break',
    `It is not proved that counts stay right without ${trigger}, which does not fire on inserts alone: ${reason}.`,
    'Run what --dry-run prints by hand once you know what that trigger does.',
  );
}

/** Reads a plan in the transaction of `reader`. */
export async function readMigrationPlan(reader: Reader, database: Database): Promise<MigrationPlan> {
  const script = await readMigrationScript();
  const found = await inspectDatabase(reader, database, 'public');
  const { tables, server } = found;
  const triggers = await readTriggerCatalog(reader, tables);
  if (triggers.fit === null)
    throw misfit([`the tables are ${tables.presets.name} and ${tables.records.name}`]);
  const reasons = [
    ...(Number.parseInt(server.version, 10) < 13 ? [`the server is PostgreSQL ${server.version}`] : []),
    ...triggers.fit.unmet,
  ];
  if (reasons.length > 0) throw misfit(reasons);
  const shipped = shippedFunctions(script, triggers.fit.userOf);
  const catalog = await readMigrationCatalog(reader, tables, triggers.fit.byRow);
  const stays = triggers.fit.misfit === null ? trackThatStays(catalog, triggers) : null;
  const fit = stays === null ? triggers.fit : { ...triggers.fit, misfit: stays };
  const then = { ...triggers, fit };
  const differs = migrationDifferences(catalog, shipped, fit);
  const surprises = await readSurprises(reader, { tables, triggers, catalog, fit, shipped });
  const lost = surprises.find(({ severity }) => severity === 'error');
  if (differs.length > 0 && lost) throw refused(lost.code, lost.message, lost.hint);
  const replaced = differs.length > 0 ? replacedDefinitions(catalog, shipped, fit) : [];
  const identity = [server.database, tables.presets.oid, tables.records.oid];
  const warnings = differs.length > 0 ? surprises : [];
  return {
    inspected: found,
    warnings,
    findings: [...judgeTrigger(triggers).findings, ...(differs.length > 0 ? warnings : lost ? [lost] : [])],
    fit,
    instead: { any: countsInstead(then), aside: countsAside(then) },
    loses: fit.kept === null ? (catalog.triggers.find(({ more }) => more)?.name ?? null) : null,
    tracks: trackRoutines(triggers).own.map(({ oid }) => oid),
    differs,
    statements: differs.length > 0 ? migrationStatements(script, stays === null ? 'track' : 'no track') : [],
    replaced,
    lacking: differs.length > 0 ? catalog.lacking : [],
    fingerprint: fingerprint([identity, 'migrate', differs, replaced, fit]),
  };
}

/**
 * Why the application's own function for a use stays, in words: it only stores the use, and some calls of it would fail with the shipped
 * function. Null if no such function is there. Throws (exit code 4) if it does, or may do, anything else: then it must neither stay nor go.
 */
function trackThatStays({ routines }: MigrationCatalog, triggers: TriggerCatalog): string | null {
  const found = routines.flatMap(({ name, identity, signature }) => {
    const lost = name === trackName ? lostCalls(signature) : [];
    return lost.length > 0 ? [{ identity, lost, other: otherThanStoring(identity, triggers) }] : [];
  });
  const bad = found.find(({ other }) => other !== null);
  if (bad)
    throw refused(
      'would-break',
      `The migration would replace ${bad.identity}, and calls of it that work today would fail: ${bad.lost.join(', ')}, unlike the shipped ${trackName}(). It cannot stay as it is either: it ${bad.other}.`,
      'Change it by hand so that it only inserts the record: then it stays. Or drop it and change what calls it. Then run migrate.',
    );
  const [first] = found;
  return first ? staysWords(first.identity, first.lost) : null;
}

/** What a function for a use does other than to store the use, in words; null if nothing. */
function otherThanStoring(identity: string, triggers: TriggerCatalog): string | null {
  const routine = triggers.functions.find(
    ({ schema, name, identityTypes }) => `${schema}.${name}(${identityTypes})` === identity,
  );
  if (!routine) return 'cannot be read';
  const { writes, unreadable } = effectsOf(routine, triggers);
  const [why] = unreadable;
  if (why) return why.why;
  if (writes.some(({ on }) => on === 'count')) return `sets ${triggers.countName} itself`;
  const [mismatch] = columnMismatches(routine, triggers, null);
  if (mismatch) return `does not fit ${mismatch.table}`;
  return writes.some(({ on, action }) => on === 'records' && action === 'insert') ? null : 'stores no use';
}

/** Throws (exit code 4) unless this plan was confirmed with its fingerprint. */
export function requireMigrationConfirmation(
  plan: Pick<MigrationPlan, 'inspected' | 'fingerprint' | 'differs'>,
  confirm: string | null,
): void {
  if (confirm === plan.fingerprint) return;
  throw refused(
    confirm === null ? 'unconfirmed' : 'stale-plan',
    `The migration would change this in ${plan.inspected.server.database} at ${plan.inspected.host}: ${plan.differs.join('; ')}.`,
    confirm === null
      ? `To run it, add --confirm ${plan.fingerprint}; --dry-run prints its SQL.`
      : `The plan has changed since it was confirmed with ${confirm}; to run the current one, add --confirm ${plan.fingerprint}.`,
  );
}

function requireRights({ inspected: { server }, lacking }: MigrationPlan): void {
  if (lacking.length === 0) return;
  throw new ConsoleError({
    code: 'permission-denied',
    message: `${server.user} may not run the migration: it ${lacking.join(', ')}.`,
    hint: 'Connect as the owner of both tables or as a superuser, or give such a person the SQL that --dry-run prints.',
    exitCode: exitCodes.unreachable,
  });
}

function misfit(reasons: string[]): ConsoleError {
  return refused(
    'does-not-fit',
    `The migration does not fit this database: ${reasons.join('; ')}.`,
    `It is written for ${rowsTable} and ${recordsTable} with uuid keys; ${file} can be adapted by hand.`,
  );
}
