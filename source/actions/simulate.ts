import { createHash } from 'node:crypto';
import { explainUse, isConfirmed, type UseFailure, type UseResult } from '../audit/explain-use.ts';
import { type OutsideReach, outsideReach } from '../audit/outside-reach.ts';
import { type Finding, judgeTrigger, type TriggerHealth } from '../audit/trigger-health.ts';
import { chooseRoutine, fillInsert, type UsageCall } from '../audit/usage-call.ts';
import type { Database } from '../database/connection.ts';
import { readCounters, readMostUsed } from '../database/counters.ts';
import { findPresets } from '../database/find-presets.ts';
import {
  givenSetting,
  type Rehearsal,
  rehearsalBlock,
  rehearsalValues,
  resultSetting,
  toRehearsal,
} from '../database/rehearsal.ts';
import { readTriggerCatalog } from '../database/trigger-catalog.ts';
import { readUsageDeclarations } from '../database/usage-declarations.ts';
import { ConsoleError, databaseError, exitCodes, type Place, usageError } from '../errors.ts';
import { type Look, look } from './look.ts';

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
  look: Look;
  preset: { id: string; name: string };
  /** The way the application makes a use, and a plain insert. */
  calls: UsageCall[];
  asUser: string | null;
  /** The role that the uses are made as beside this session's own; `asked` where a person named it. */
  role: { name: string; allowed: boolean; asked: boolean } | null;
  health: TriggerHealth;
  replicationRole: string;
  sequences: string[];
  /** What a use runs that no rollback takes back: where there is any, a person has to agree with `fingerprint`. */
  reach: OutsideReach[];
  fingerprint: string;
}

/** What a simulation showed. Times in milliseconds. */
export interface Simulation {
  preset: { id: string; name: string };
  path: 'track_preset_usage' | 'insert';
  asUser: string | null;
  confirmed: boolean;
  uses: UseResult[];
  failures: UseFailure[];
  findings: Finding[];
  /** The same two uses as another role; null where none was tried. */
  asRole: { role: string; confirmed: boolean; uses: UseResult[]; failures: UseFailure[] } | null;
  /** How long the preset's row was waited for, and held. */
  waitedMs: number;
  heldMs: number;
  takenAt: number;
}

/** The role that Supabase's API makes the uses of signed-in users as. */
const usualRole = 'authenticated';

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
      const found = await look(reader, database, request.schema);
      const { tables, server } = found;
      if (server.readOnly) {
        throw refused(
          'server-read-only',
          `${server.standby ? 'This server is a standby' : 'Transactions are read-only here'}, and a simulation has to write before it rolls back.`,
          server.standby
            ? 'Connect to the primary.'
            : 'Look at default_transaction_read_only of this role and database.',
        );
      }
      if (tables.hiddenBy.length > 0) {
        throw refused(
          'incomplete-view',
          `A simulation would not see every record: ${tables.hiddenBy.join('; ')}.`,
          'Connect as a role that sees every row: the owner of the tables, or one with BYPASSRLS.',
        );
      }
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
        keyType: tables.presets.keyType,
        presetColumn: unquoted(tables.records.preset),
        user: asUser,
        userColumn: declared.userColumn,
        userType: declared.userType,
        sample: declared.sample,
      };
      const routine = chooseRoutine(declared.routines, facts);
      const calls = [...(routine ? [routine] : []), fillInsert(tables.records.name, declared.columns, facts)];
      const called = declared.routines
        .filter(({ identity }) => identity === routine?.what)
        .map(({ oid }) => oid);
      const reach = outsideReach(catalog, called);
      return {
        look: found,
        preset,
        calls,
        asUser,
        role: chooseRole(declared.roles, request.asRole, server.user),
        health: judgeTrigger(catalog),
        replicationRole: declared.replicationRole,
        sequences: declared.sequences,
        reach,
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
      ? `To do it all the same add --confirm ${own}.`
      : `That is another plan than the one confirmed with ${confirm}; to do this one add --confirm ${own}.`,
  );
}

/**
 * Uses the preset twice in a transaction that is rolled back, and then again as the plan's role. `timeouts` are in seconds.
 * Rejects where the preset's row cannot be had or the connection is lost; a use that fails is a result.
 */
export async function runSimulation(
  database: Database,
  plan: SimulationPlan,
  timeouts: { timeout: number; lockTimeout: number },
  signal?: AbortSignal,
): Promise<Simulation> {
  const takenAt = Date.now();
  const own = await rehearse(database, plan, null, timeouts, signal);
  const { role } = plan;
  const other = role?.allowed ? await rehearse(database, plan, role.name, timeouts, signal) : null;
  const uses = own.uses.map(toResult);
  const confirmed = isConfirmed(uses);
  const { health, replicationRole } = plan;
  const asRole =
    other && role
      ? {
          role: role.name,
          confirmed: isConfirmed(other.uses.map(toResult)),
          uses: other.uses.map(toResult),
          failures: other.failures,
        }
      : null;
  return {
    preset: plan.preset,
    path: own.path,
    asUser: plan.asUser,
    confirmed,
    uses,
    failures: own.failures,
    findings: [
      ...explainUse({ path: own.path, uses, failures: own.failures, health, replicationRole }),
      ...(own.path === 'insert' && plan.calls[0]?.path === 'track_preset_usage' ? [fellBack] : []),
      ...(plan.calls[0]?.path === 'insert' ? [noFunction] : []),
      ...roleFindings(plan, asRole, confirmed),
      ...plan.reach.map(reaches),
      ...(plan.sequences.length > 0 ? [sequencesMoved(plan.sequences)] : []),
    ],
    asRole,
    waitedMs: own.waited ?? 0,
    heldMs: Math.max(own.held ?? 0, other?.held ?? 0),
    takenAt,
  };
}

/** True where nothing that a simulation showed is an error: the exit code of `simulate`. */
export function isSound({ confirmed, failures, findings }: Simulation): boolean {
  return confirmed && failures.length === 0 && findings.every(({ severity }) => severity !== 'error');
}

// In seconds: no more than this may the preset's row be held, whatever --timeout allows for reads.
const longestHold = 3;

async function rehearse(
  database: Database,
  plan: SimulationPlan,
  role: string | null,
  { timeout, lockTimeout }: { timeout: number; lockTimeout: number },
  signal: AbortSignal | undefined,
): Promise<Rehearsal> {
  const { calls, asUser, preset } = plan;
  const claims =
    asUser !== null || role !== null
      ? { ...(asUser === null ? {} : { sub: asUser }), role: role ?? usualRole }
      : null;
  const answer = await database.rehearse(
    async ({ rows, script }) => {
      await rows('SELECT set_config($1, $2, true)', [
        givenSetting,
        rehearsalValues({ preset: preset.id, claims, role }, calls),
      ]);
      const [row] = (await script(
        `${rehearsalBlock(plan.look.tables, calls)}; SELECT current_setting('${resultSetting}', true) AS answer; ROLLBACK`,
      )) as { answer: string | null }[];
      return row?.answer;
    },
    { timeout: Math.min(timeout, lockTimeout + longestHold), lockTimeout, signal },
  );
  // The block does nothing in any transaction but its own: the connection was lost between the two statements.
  if (!answer)
    throw databaseError(Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' }), database.place);
  const rehearsal = toRehearsal(answer);
  const obstacle = rehearsal.error ?? rehearsal.failures.find(({ code }) => obstacles.has(code));
  if (obstacle) throw rehearsalError(obstacle, preset, database.place);
  if (!rehearsal.found) {
    throw new ConsoleError({
      code: 'no-such-preset',
      message: `The preset "${preset.name}" is gone, or this role may not see its row.`,
      hint: 'Look at the list again.',
      exitCode: exitCodes.unreachable,
    });
  }
  return rehearsal;
}

// A lock or a timeout says what else goes on at the moment, and nothing about how uses are counted.
const obstacles: ReadonlySet<string> = new Set(['57014', '55P03', '40P01']);

function rehearsalError(
  { code, message }: { code: string; message: string },
  { name }: { name: string },
  place: Place,
): unknown {
  const words: Record<string, { code: string; message: string; hint: string }> = {
    '55P03': {
      code: 'lock-timeout',
      message: `Another session holds the row of "${name}" or a lock that a use needs: ${message}.`,
      hint: 'Nothing was changed. Try again, or allow a longer wait with --lock-timeout.',
    },
    '40P01': {
      code: 'deadlock',
      message: `The simulation and another session waited for each other: ${message}.`,
      hint: 'Nothing was changed. Try again.',
    },
    '57014': {
      code: 'statement-timeout',
      message: `The simulation took longer than it may hold the row of "${name}": ${message}.`,
      hint: 'Nothing was changed. Try a preset with fewer records, or look at what makes a use slow.',
    },
    '42501': {
      code: 'permission-denied',
      message: `${place.user} may not do what a simulation does: ${message}.`,
      hint: "It needs UPDATE on presets, to hold the preset's row, and SELECT on both tables.",
    },
  };
  const known = words[code];
  if (known) return new ConsoleError({ ...known, exitCode: exitCodes.unreachable });
  return databaseError(Object.assign(new Error(message), { code }), place);
}

function toResult(use: Rehearsal['uses'][number]): UseResult {
  return {
    before: use.before,
    after: use.after,
    increment: (use.after ?? 0) - (use.before ?? 0),
    recordsAdded: use.recordsAfter - use.recordsBefore,
    lastUsedAtMoved: use.lastUsedMoved,
  };
}

async function choosePreset(
  reader: Parameters<typeof findPresets>[0],
  { tables }: Look,
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

function roleFindings(plan: SimulationPlan, asRole: Simulation['asRole'], confirmed: boolean): Finding[] {
  const { role } = plan;
  if (role && !role.allowed) {
    return [
      {
        code: 'role-not-tried',
        severity: 'info',
        message: `There is a role ${role.name}, and this session may not become it: whether its uses count was not tried.`,
        hint: `GRANT ${role.name} TO ${plan.look.server.user}, or connect as a role that is a member of it.`,
      },
    ];
  }
  if (!asRole || !role || asRole.confirmed === confirmed) return [];
  const [failure] = asRole.failures;
  const [use] = asRole.uses;
  const what = failure
    ? `fails: ${failure.message} (SQLSTATE ${failure.code})`
    : `${asRole.confirmed ? 'counts' : `adds ${use?.increment ?? 0} to the count and ${use?.recordsAdded ?? 0} records`}`;
  return [
    {
      code: 'role-differs',
      severity: role.asked ? 'error' : 'warning',
      message: `As ${role.name} a use ${what}.`,
      hint: `If the application makes its uses as ${role.name}, that is what happens to them; ${plan.look.server.user} is not held back by its rights and policies.`,
    },
  ];
}

const fellBack: Finding = {
  code: 'fell-back-to-insert',
  severity: 'warning',
  message: 'The uses were made by a plain insert, because track_preset_usage() failed.',
  hint: 'They show whether the trigger counts; uses that the application makes through the function are lost.',
};

const noFunction: Finding = {
  code: 'no-track-function',
  severity: 'info',
  message: 'The uses were made by a plain insert: there is no track_preset_usage() that takes a preset.',
  hint: 'If the application calls such a function, its uses fail.',
};

function reaches({ function: name, means }: OutsideReach): Finding {
  return {
    code: 'reaches-outside',
    severity: 'warning',
    message: `${name} can reach outside the transaction (${means}).`,
    hint: 'What it did there was not rolled back.',
  };
}

function sequencesMoved(sequences: readonly string[]): Finding {
  return {
    code: 'sequence-advanced',
    severity: 'info',
    message: `Numbers were taken from ${sequences.join(', ')}, and numbers do not come back.`,
    hint: "The next record's number leaves a gap; nothing else remains.",
  };
}

const uuid = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

// Names in Tables are quoted by the server.
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function refused(code: string, message: string, hint: string): ConsoleError {
  return new ConsoleError({ code, message, hint, exitCode: exitCodes.refused });
}

function fingerprint(of: unknown): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 12);
}
