import { readFile } from 'node:fs/promises';
import { sqlDirectory } from '../config/paths.ts';
import type { Database, Reader } from '../connection/transactions.ts';
import type { Finding } from '../counter/finding.ts';
import { fingerprint } from '../counter/fingerprint.ts';
import { refused, requireWritableServer } from '../counter/guards.ts';
import { type InspectedDatabase, inspectDatabase } from '../counter/inspect-database.ts';
import { ConsoleError, exitCodes } from '../errors/errors.ts';
import { judgeTrigger } from '../trigger/health.ts';
import { readTriggerCatalog } from '../trigger/read-catalog.ts';
import { migrationDifferences, replacedDefinitions, unmetRequirements } from './catalog.ts';
import { readMigrationCatalog } from './read-catalog.ts';
import { migrationStatements, shippedFunctions } from './script.ts';

interface MigrationRequest {
  schema: string;
  readOnly: boolean;
  /** True if it is only shown: then this role or server need not be able to run it. */
  dryRun?: boolean;
}

/** A migration that is planned but not run. */
export interface MigrationPlan {
  inspected: InspectedDatabase;
  /** What is wrong with counting here, before the migration. */
  findings: Finding[];
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

const file = 'sql/20250930000001_fix_usage_tracking.sql';

/**
 * Compares the database with what the shipped migration installs. Only reads. Rejects with exit code 4 if the migration
 * does not fit these tables, or nothing may be written; with 3 if this role lacks a right that it needs.
 */
export async function planMigration(
  database: Database,
  { schema, readOnly, dryRun = false }: MigrationRequest,
  signal?: AbortSignal,
): Promise<MigrationPlan> {
  if (schema !== 'public') throw misfit([`the schema is ${schema}`]);
  if (readOnly && !dryRun) {
    throw refused('read-only', 'The migration writes, and --read-only is set.', 'Leave --read-only out.');
  }
  const plan = await database.read(reader => readMigrationPlan(reader, database), { signal });
  if (!dryRun) {
    requireWritableServer(plan.inspected.server, 'the migration');
    requireRights(plan);
  }
  return plan;
}

/** Reads a plan in the transaction of `reader`. */
export async function readMigrationPlan(reader: Reader, database: Database): Promise<MigrationPlan> {
  const script = await readFile(new URL(`../${file}`, sqlDirectory), 'utf8');
  const shipped = shippedFunctions(script);
  const found = await inspectDatabase(reader, database, 'public');
  const { tables, server } = found;
  if (tables.presets.name !== 'public.presets' || tables.records.name !== 'public.preset_usage')
    throw misfit([`the tables are ${tables.presets.name} and ${tables.records.name}`]);
  const { findings } = judgeTrigger(await readTriggerCatalog(reader, tables));
  const catalog = await readMigrationCatalog(reader, tables);
  const reasons = [
    ...(Number.parseInt(server.version, 10) < 13 ? [`the server is PostgreSQL ${server.version}`] : []),
    ...unmetRequirements(catalog),
  ];
  if (reasons.length > 0) throw misfit(reasons);
  const differs = migrationDifferences(catalog, shipped);
  const replaced = differs.length > 0 ? replacedDefinitions(catalog, shipped) : [];
  const identity = [server.database, tables.presets.oid, tables.records.oid];
  return {
    inspected: found,
    findings,
    differs,
    statements: differs.length > 0 ? migrationStatements(script) : [],
    replaced,
    lacking: differs.length > 0 ? catalog.lacking : [],
    fingerprint: fingerprint([identity, 'migrate', differs, replaced]),
  };
}

/** Throws (exit code 4) unless this plan was confirmed with its fingerprint. */
export function requireMigrationConfirmation(plan: MigrationPlan, confirm: string | null): void {
  if (confirm === plan.fingerprint) return;
  throw refused(
    confirm === null ? 'unconfirmed' : 'stale-plan',
    `The migration would fix this in ${plan.inspected.server.database} at ${plan.inspected.host}: ${plan.differs.join('; ')}.`,
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
    `It is written for public.presets and public.preset_usage with uuid keys; ${file} can be adapted by hand.`,
  );
}
