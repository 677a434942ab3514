import type { JwtClaims } from '../config/jwt-claims.ts';
import type { Database, Reader } from '../connection/transactions.ts';
import type { CounterChoice } from '../counter/definition/counter-choice.ts';
import { isOfPresets } from '../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../counter/definition/definition.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import { fingerprint } from '../counter/fingerprint.ts';
import {
  leaveOutReadOnly,
  refused,
  requireEveryRow,
  requireHere,
  requireWritableServer,
} from '../counter/guards.ts';
import { type InspectedDatabase, inspectDatabase } from '../counter/inspect-database.ts';
import { readCounters, readMostUsed } from '../counter/reading/counters.ts';
import { findPresets } from '../counter/reading/find-presets.ts';
import { ConsoleError, exitCodes, usageError } from '../errors/errors.ts';
import { judgeTrigger, type TriggerHealth } from '../trigger/health.ts';
import { readTriggerCatalog } from '../trigger/read-catalog.ts';
import {
  outlastsRollback,
  type SideEffect,
  sideEffectsOf,
  unknownSideEffects,
} from '../trigger/side-effects.ts';
import { trackRoutines } from '../trigger/track-routines.ts';
import { withoutUnusedTrack } from '../trigger/unused-track.ts';
import { limitsUsesOf } from './explain-use.ts';
import { parametersOfUse } from './parameters-of-use.ts';
import { readUsageDeclarations, type UsageDeclarations } from './read-declarations.ts';
import { readIdentity, readUserColumn, type UseIdentity, usualRole } from './read-identity.ts';
import { readReachedBodies } from './read-reached-bodies.ts';
import { type AskedIdentity, askedIdentity } from './token-claims.ts';
import { chooseRoutine, fillInsert, type UsageCall, type UsageRoutine } from './usage-call.ts';

/** What to simulate. */
export interface SimulationRequest {
  counter: CounterChoice;
  /** An id or a name; null for the most used preset. */
  preset: string | null;
  /** The user that the use is made as; null for one found in recent records. */
  asUser: string | null;
  /** The role that the use is also made as; null for `authenticated`, if it exists. */
  asRole: string | null;
  /** All claims of the application's token; found out if left out. */
  claims?: JwtClaims | null;
  /** The application's source, if nothing in it calls the function for a use: then uses are made by a plain insert. */
  uncalledIn?: string | null;
  readOnly: boolean;
}

/** A simulation that is planned but not run. */
export interface SimulationPlan {
  inspected: InspectedDatabase;
  preset: { id: string; name: string };
  /** The way the application makes a use, and a plain insert. */
  calls: UsageCall[];
  /** As whom the uses are made. */
  identity: UseIdentity;
  /** What the uses ask about that. */
  asks: AskedIdentity;
  /** The role that the uses are made as besides this session's own; `asked` if a person named it. */
  role: { name: string; allowed: boolean; asked: boolean } | null;
  health: TriggerHealth;
  replicationRole: string;
  sequences: string[];
  recordKey: UsageDeclarations['recordKey'];
  /** The column of the records that names the user, quoted if necessary; null if no column does. */
  userColumn: string | null;
  /** Functions that a use may be made with but that are not called, because of their owner. */
  strangers: UsageRoutine[];
  /** The application's source, if nothing in it calls the function that is there. */
  uncalledIn: string | null;
  /** Functions of the usual name that write other tables, and are not called for these. */
  others: { name: string; table: string }[];
  /** What a use runs that no rollback can undo: if there is any, a person must confirm with `fingerprint`. */
  reach: SideEffect[];
  /** What a use runs that cannot be read, so its effects are not known. */
  unknown: SideEffect[];
  fingerprint: string;
}

/**
 * Finds out how a use is made in this database: which function, with which arguments, as which user and role. Only
 * reads. Rejects with exit code 4 if a simulation could not be trusted or is not allowed, with 3 if something it needs
 * is missing.
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
      leaveOutReadOnly,
    );
  return database.read(
    async reader => {
      const found = await inspectDatabase(reader, database, request.counter);
      const { tables, server } = found;
      requireWritableServer(server, 'a simulation');
      requireEveryRow(tables, 'A simulation');
      requireHere(tables);
      const preset = await choosePreset(reader, found, request.preset);
      const claims = request.claims ?? null;
      const askedRole = request.asRole ?? claims?.role ?? null;
      const users = await readUserColumn(reader, tables);
      const declared = await readUsageDeclarations(reader, tables, preset.id, {
        roles: [askedRole ?? usualRole],
        userColumn: users.column,
      });
      const catalog = await readTriggerCatalog(reader, tables);
      const identity = await readIdentity(reader, tables, users, {
        asUser: request.asUser,
        claims,
        sample: declared.sample,
        unused: limitsUsesOf(judgeTrigger(catalog)) ? preset.id : null,
      });
      if (request.asUser !== null && declared.userType === 'uuid' && !uuid.test(identity.user ?? '')) {
        throw usageError(
          'bad-flag',
          'The value of --as-user is not a UUID.',
          `Give --as-user the id of a user, such as one in ${tables.definition.record.table}.`,
        );
      }
      const facts = {
        preset: preset.id,
        // In the form of parameters, which omit the schema of PostgreSQL's own types.
        keyType: tables.presets.keyType.replace(/^pg_catalog\./, ''),
        presetColumn: unquoted(tables.records.preset),
        user: identity.user,
        subject: identity.subject,
        userColumn: declared.userColumn,
        userType: declared.userType,
        sample: declared.sample,
        unique: declared.columns.filter(({ unique }) => unique).map(({ name }) => name),
      };
      const { own, others } = trackRoutines(catalog);
      const candidates = declared.routines.flatMap(routine => {
        const known = own.find(({ oid }) => oid === routine.oid);
        if (!known) return [];
        return [{ ...routine, parameters: parametersOfUse(routine, known, identity, users.catalog) }];
      });
      const uncalledIn = candidates.length > 0 ? (request.uncalledIn ?? null) : null;
      const strangers = uncalledIn === null ? candidates.filter(({ stranger }) => stranger !== null) : [];
      const routine = chooseRoutine(
        uncalledIn !== null ? [] : candidates.filter(({ stranger }) => stranger === null),
        facts,
      );
      const calls = [...(routine ? [routine] : []), fillInsert(tables.records.name, declared.columns, facts)];
      const called = declared.routines
        .filter(({ identity }) => identity === routine?.what)
        .map(({ oid }) => oid);
      const { bodies, complete } = await readReachedBodies(reader, tables, called);
      const asks = askedIdentity(bodies);
      // Without records, nothing shows which of the two ids the application passes.
      const passes = calls[0]?.values.some(({ value }) => value !== null && value === identity.user);
      const guessed = passes && identity.via !== null && identity.claims === null && request.asUser === null;
      const unseen = guessed && Object.keys(declared.sample).length === 0;
      const reach = sideEffectsOf(bodies);
      const unknown = [...unknownSideEffects(bodies), ...(complete ? [] : [incomplete('A use')])];
      return {
        inspected: found,
        preset,
        calls,
        identity: unseen ? { ...identity, doubt: unknownId(identity) } : identity,
        asks: unseen ? { ...asks, subject: true } : asks,
        role: chooseRole(declared.roles, askedRole, server.user),
        health:
          uncalledIn === null ? judgeTrigger(catalog) : withoutUnusedTrack(judgeTrigger(catalog), uncalledIn),
        replicationRole: declared.replicationRole,
        sequences: declared.sequences,
        recordKey: declared.recordKey,
        userColumn: declared.columns.find(({ name }) => name === declared.userColumn)?.quoted ?? null,
        strangers,
        uncalledIn,
        others: others.map(({ routine: { identity: name }, table }) => ({ name, table })),
        reach,
        unknown,
        fingerprint: fingerprint([found.host, server.database, 'simulate', preset.id, reach]),
      };
    },
    { signal },
  );
}

/** Throws (exit code 4) if a use reaches outside the transaction and `confirm` is not the fingerprint of this plan. */
export function requireConfirmation(
  { reach, fingerprint: own, inspected }: Pick<SimulationPlan, 'reach' | 'fingerprint' | 'inspected'>,
  confirm: string | null,
): void {
  const stays = reach.filter(outlastsRollback);
  if (stays.length === 0 || confirm === own) return;
  const named = stays.map(({ function: name, means }) => `${name} (${means})`).join('; ');
  throw refused(
    confirm === null ? 'reaches-outside' : 'stale-plan',
    `${whatRuns(inspected.tables.definition)} what no rollback can undo: ${named}.`,
    confirm === null
      ? `To run it anyway, add --confirm ${own}.`
      : `The plan has changed since it was confirmed with ${confirm}; to run the current one, add --confirm ${own}.`,
  );
}

function whatRuns(definition: CounterDefinition): string {
  return isOfPresets(definition) ? 'A use runs' : `Changes of ${definition.nouns.record[1]} run`;
}

function unknownId({ via }: UseIdentity): string {
  return `no record shows whether the application stores this id or that in ${via}`;
}

/** What stands for the bodies that were not read; `what` runs them, at the beginning of a sentence. */
export function incomplete(what: string): SideEffect {
  return {
    function: what,
    means: 'it runs more than 500 functions and expressions, so not all of them were read',
  };
}

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

/** The role that is tried besides the session's own. Throws (exit code 3) where the one that was asked for cannot be. */
export function chooseRole(
  roles: readonly { name: string; allowed: boolean; known: boolean }[],
  asked: string | null,
  own: string,
): SimulationPlan['role'] {
  const role = roles[0];
  if (asked === null) return role?.known && role.name !== own ? { ...role, asked: false } : null;
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

export const uuid = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;
