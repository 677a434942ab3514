import type { Database, Reader } from '../connection/transactions.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import { fingerprint } from '../counter/fingerprint.ts';
import { refused, requireEveryRow, requireWritableServer } from '../counter/guards.ts';
import { type InspectedDatabase, inspectDatabase } from '../counter/inspect-database.ts';
import { readCounters, readMostUsed } from '../counter/reading/counters.ts';
import { findPresets } from '../counter/reading/find-presets.ts';
import { ConsoleError, exitCodes, usageError } from '../errors/errors.ts';
import { judgeTrigger, type TriggerHealth } from '../trigger/health.ts';
import { readTriggerCatalog } from '../trigger/read-catalog.ts';
import { type SideEffect, sideEffectsOf, unknownSideEffects } from '../trigger/side-effects.ts';
import { readUsageDeclarations, type UsageDeclarations } from './read-declarations.ts';
import { readReachedBodies } from './read-reached-bodies.ts';
import { chooseRoutine, fillInsert, type UsageCall, type UsageRoutine } from './usage-call.ts';

/** What is to be simulated. */
export interface SimulationRequest {
  schema: string;
  /** An id or a name; null for the preset that is used most. */
  preset: string | null;
  /** The user that the use is made as; null for one found in recent records. */
  asUser: string | null;
  /** The role that the use is also made as; null for `authenticated` where there is such a role. */
  asRole: string | null;
  readOnly: boolean;
}

/** A simulation that has been looked up and not been run. */
export interface SimulationPlan {
  look: InspectedDatabase;
  preset: { id: string; name: string };
  /** The way the application makes a use, and a plain insert. */
  calls: UsageCall[];
  asUser: string | null;
  /** The role that the uses are made as beside this session's own; `asked` where a person named it. */
  role: { name: string; allowed: boolean; asked: boolean } | null;
  health: TriggerHealth;
  replicationRole: string;
  sequences: string[];
  recordKey: UsageDeclarations['recordKey'];
  /** Functions that a use may be made with and that are not called, because of whose they are. */
  strangers: UsageRoutine[];
  /** What a use runs that no rollback takes back: where there is any, a person has to agree with `fingerprint`. */
  reach: SideEffect[];
  /** What a use runs of which that is not known, because it cannot be read. */
  unknown: SideEffect[];
  fingerprint: string;
}

/** The role that Supabase's API makes the uses of signed-in users as. */
export const usualRole = 'authenticated';

/**
 * Looks up how a use is made in this database: which function, with which arguments, as which user and role. Reads only.
 * Rejects with exit code 4 where a simulation could not be trusted or is not wanted, 3 where something it needs is missing.
 */
export async function planSimulation(
  database: Database,
  request: SimulationRequest,
  signal?: AbortSignal,
): Promise<SimulationPlan> {
  if (request.readOnly)
    throw refused(
      'read-only',
      'A simulation writes before it rolls back, and --read-only is set.',
      'Leave --read-only out.',
    );
  return database.read(
    async reader => {
      const found = await inspectDatabase(reader, database, request.schema);
      const { tables, server } = found;
      requireWritableServer(server, 'a simulation');
      requireEveryRow(tables, 'A simulation');
      const preset = await choosePreset(reader, found, request.preset);
      const roleName = request.asRole ?? usualRole;
      const declared = await readUsageDeclarations(reader, tables, preset.id, [roleName]);
      const catalog = await readTriggerCatalog(reader, tables);
      const asUser = request.asUser ?? declared.recentUser;
      if (request.asUser !== null && declared.userType === 'uuid' && !uuid.test(request.asUser)) {
        throw usageError(
          'bad-flag',
          'The value of --as-user is no UUID.',
          'Give --as-user the id of a user, such as one in preset_usage.',
        );
      }
      const facts = {
        preset: preset.id,
        // As the parameters have it, which come without the schema of PostgreSQL's own types.
        keyType: tables.presets.keyType.replace(/^pg_catalog\./, ''),
        presetColumn: unquoted(tables.records.preset),
        user: asUser,
        userColumn: declared.userColumn,
        userType: declared.userType,
        sample: declared.sample,
        unique: declared.columns.filter(({ unique }) => unique).map(({ name }) => name),
      };
      const strangers = declared.routines.filter(({ stranger }) => stranger !== null);
      const routine = chooseRoutine(
        declared.routines.filter(({ stranger }) => stranger === null),
        facts,
      );
      const calls = [...(routine ? [routine] : []), fillInsert(tables.records.name, declared.columns, facts)];
      const called = declared.routines
        .filter(({ identity }) => identity === routine?.what)
        .map(({ oid }) => oid);
      const { bodies, complete } = await readReachedBodies(reader, tables, called);
      const reach = sideEffectsOf(bodies);
      const unknown = [...unknownSideEffects(bodies), ...(complete ? [] : [givenUp])];
      return {
        look: found,
        preset,
        calls,
        asUser,
        role: chooseRole(declared.roles, request.asRole, server.user),
        health: judgeTrigger(catalog),
        replicationRole: declared.replicationRole,
        sequences: declared.sequences,
        recordKey: declared.recordKey,
        strangers,
        reach,
        unknown,
        fingerprint: fingerprint([found.host, server.database, 'simulate', preset.id, reach]),
      };
    },
    { signal },
  );
}

/**
 * Throws (exit code 4) where a use reaches outside the transaction and nobody has agreed to it: `confirm` is the fingerprint
 * of the plan that a person has seen.
 */
export function requireAgreement({ reach, fingerprint: own }: SimulationPlan, confirm: string | null): void {
  if (reach.length === 0 || confirm === own) return;
  const named = reach.map(({ function: name, means }) => `${name} (${means})`).join('; ');
  throw refused(
    confirm === null ? 'reaches-outside' : 'stale-plan',
    `A use runs what no rollback takes back: ${named}.`,
    confirm === null
      ? `To run it anyway, add --confirm ${own}.`
      : `That is another plan than the one confirmed with ${confirm}; to do this one add --confirm ${own}.`,
  );
}

const givenUp: SideEffect = {
  function: 'A use',
  means: 'it runs more than 500 functions and expressions, and not all of them were read',
};

async function choosePreset(
  reader: Reader,
  { tables }: InspectedDatabase,
  wanted: string | null,
): Promise<{ id: string; name: string }> {
  if (wanted === null) {
    const [most] = (await readMostUsed(reader, tables, 1)).map(({ id, name }) => ({ id, name }));
    if (most) return most;
    throw new ConsoleError({
      code: 'no-presets',
      message: 'There are no presets, so none can be used.',
      hint: 'Check --schema and the database.',
      exitCode: exitCodes.unreachable,
    });
  }
  const ids = await findPresets(reader, tables, [wanted]);
  if (ids.length > 1) {
    throw usageError(
      'ambiguous-preset',
      `${ids.length} presets are named "${wanted}".`,
      `Give the id of one of them: ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', ...' : ''}.`,
    );
  }
  const [counter] = await readCounters(reader, tables, ids, 'not');
  return { id: ids[0] ?? '', name: counter?.name ?? '' };
}

function chooseRole(
  roles: readonly { name: string; allowed: boolean }[],
  asked: string | null,
  own: string,
): SimulationPlan['role'] {
  const role = roles[0];
  if (asked === null) return role && role.name !== own ? { ...role, asked: false } : null;
  if (!role) {
    throw new ConsoleError({
      code: 'no-such-role',
      message: `There is no role ${asked} on this server.`,
      hint: "Give --as-role the role that the application's uses are made as.",
      exitCode: exitCodes.unreachable,
    });
  }
  if (!role.allowed) {
    throw new ConsoleError({
      code: 'role-not-granted',
      message: `${own} may not become ${asked}.`,
      hint: `GRANT ${asked} TO ${own}, or connect as a role that is a member of it.`,
      exitCode: exitCodes.unreachable,
    });
  }
  return { ...role, asked: true };
}

const uuid = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;
