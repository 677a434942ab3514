import type { JwtClaims } from '../../config/jwt-claims.ts';
import type { Database, Reader } from '../../connection/transactions.ts';
import type { CounterDefinition, TableName } from '../../counter/definition/definition.ts';
import { definedTable } from '../../counter/discovery/defined-column.ts';
import { readRelations } from '../../counter/discovery/read-relations.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import type { Relations } from '../../counter/discovery/truth.ts';
import { unquoted } from '../../counter/discovery/unquoted.ts';
import { fingerprint } from '../../counter/fingerprint.ts';
import {
  leaveOutReadOnly,
  refused,
  requireEveryRow,
  requireHere,
  requireWritableServer,
} from '../../counter/guards.ts';
import { type InspectedDatabase, inspectDatabase } from '../../counter/inspect-database.ts';
import { readUserCatalog } from '../../counter/users/read-user-catalog.ts';
import { userColumnOf } from '../../counter/users/user-paths.ts';
import { usageError } from '../../errors/errors.ts';
import {
  outlastsRollback,
  type SideEffect,
  sideEffectsOf,
  unknownSideEffects,
} from '../../trigger/side-effects.ts';
import { readIdentity, type UseIdentity, usualRole } from '../read-identity.ts';
import { chooseRole, incomplete, uuid } from '../read-plan.ts';
import { readReachedBodies } from '../read-reached-bodies.ts';
import { type MadeRecords, type RecordMaker, readMadeRecords } from '../records/read-made-records.ts';
import { readRecordFacts } from '../records/read-record-facts.ts';
import { type KeyedRow, readRows } from '../records/read-rows.ts';
import type { RecordFacts } from '../records/record-facts.ts';
import type { StepsSubject } from '../sql/steps-block.ts';
import { type AskedIdentity, askedIdentity } from '../token-claims.ts';
import type { StepName } from './counter-steps.ts';
import { readRoles } from './read-roles.ts';

/** What to simulate. */
export interface StepsRequest {
  counter: CounterDefinition;
  /** The id of a row or its name, of several columns a JSON array; null for the row with the highest count. */
  row: string | null;
  asUser: string | null;
  asRole: string | null;
  claims?: JwtClaims | null;
  readOnly: boolean;
}

/** A simulation of any counter that is planned but not run. */
export interface StepsPlan {
  inspected: InspectedDatabase;
  subject: StepsSubject;
  /** The rows, in the order of the subject. */
  rows: readonly KeyedRow[];
  /** As whom each of the records is made. */
  identities: readonly UseIdentity[];
  asks: AskedIdentity;
  role: { name: string; allowed: boolean; asked: boolean } | null;
  replicationRole: string;
  sequences: readonly string[];
  /** Steps that the database rightly refuses, and steps that this console does not know how to do, with the reason. */
  notPossible: ReadonlyMap<StepName, string>;
  notSimulated: ReadonlyMap<StepName, string>;
  reach: SideEffect[];
  unknown: SideEffect[];
  fingerprint: string;
}

/**
 * Finds out how a record of a counter is made here, and which steps the definition has. Only reads. Rejects with exit code 4 if a
 * simulation could not be trusted or is not allowed, with 3 if something it needs is missing.
 */
export async function planSteps(
  database: Database,
  request: StepsRequest,
  signal?: AbortSignal,
): Promise<StepsPlan> {
  if (request.readOnly)
    throw refused(
      'read-only',
      'A simulation writes before it rolls back, and --read-only is set.',
      leaveOutReadOnly,
    );
  return database.read(
    async reader => {
      const inspected = await inspectDatabase(reader, database, request.counter);
      const { tables, server } = inspected;
      requireWritableServer(server, 'a simulation');
      requireEveryRow(tables, 'A simulation');
      requireHere(tables);
      const claims = request.claims ?? null;
      const askedRole = request.asRole ?? claims?.role ?? null;
      const { roles, replicationRole } = await readRoles(reader, askedRole ?? usualRole);
      const role = chooseRole(roles, askedRole, server.user);
      const relations = await readRelationsOf(reader, tables);
      const facts = await readRecordFacts(reader, tables.records.oid);
      const users = await readUserCatalog(reader, tables);
      const userColumn = userColumnIn(tables, userColumnOf(users, unquoted(tables.records.preset)));
      requireUserId(request.asUser, facts, userColumn);
      const maker: RecordMaker = {
        asked: request.asUser ?? claims?.sub ?? null,
        identify: (user, sample) =>
          readIdentity(
            reader,
            tables,
            { catalog: users, column: userColumn },
            { asUser: user, claims, sample, unused: null },
          ),
      };
      const { rows, made } = await chooseRow(await readRows(reader, tables, request.row), (row, others) =>
        readMadeRecords(reader, { tables, relations, facts, userColumn }, row, others, maker),
      );
      const { bodies, complete } = await readReachedBodies(reader, tables, [], 'every change');
      // Steps are always rolled back.
      const reach = sideEffectsOf(bodies).filter(outlastsRollback);
      const columnsNamed = (names: readonly string[]) =>
        names.flatMap(name => relations.record.columns.filter(each => each.name === name));
      return {
        inspected,
        subject: {
          tables,
          relations,
          references: columnsNamed(tables.definition.record.reference),
          key: columnsNamed(facts.key),
          rows: rows.map(({ key }) => key),
          refersTo: made.refersTo,
          steps: made.steps,
        },
        rows,
        identities: made.identities,
        asks: askedIdentity(bodies),
        role,
        replicationRole,
        sequences: facts.sequences,
        notPossible: made.notPossible,
        notSimulated: made.notSimulated,
        reach,
        unknown: [
          ...unknownSideEffects(bodies),
          ...(complete ? [] : [incomplete(`A change of ${tables.definition.nouns.record[1]}`)]),
        ],
        fingerprint: fingerprint([
          inspected.host,
          server.database,
          'simulate',
          tables.definition.id,
          rows[0]?.id,
          reach,
        ]),
      };
    },
    { signal },
  );
}

async function readRelationsOf(reader: Reader, { definition }: Tables): Promise<Relations> {
  const { row, via, record } = definition;
  const names = [row, via, record, record.through].filter(name => name !== null);
  const relations = await readRelations(reader, names);
  const find = (name: TableName) => definedTable(relations, name, definition);
  return {
    row: find(row),
    via: via && find(via),
    record: find(record),
    through: record.through && find(record.through),
  };
}

/** The column that names the user: that of the definition, else what was found, unless that refers to the row. */
function userColumnIn({ definition: { record } }: Tables, found: string | null): string | null {
  if (record.user !== null) return record.user;
  return found !== null && record.reference.includes(found) ? null : found;
}

function requireUserId(asUser: string | null, { columns }: RecordFacts, userColumn: string | null): void {
  const column = columns.find(({ name }) => name === userColumn);
  if (asUser === null || column?.base !== 'uuid' || uuid.test(asUser)) return;
  throw usageError(
    'bad-flag',
    'The value of --as-user is not a UUID.',
    `Give --as-user the id of a user, such as one in ${userColumn}.`,
  );
}

/** The first row that a record can be made for, with the one that it is moved to; if there is none, the first of all. */
async function chooseRow(
  { tried, others }: { tried: readonly KeyedRow[]; others: readonly KeyedRow[] },
  make: (row: KeyedRow, others: readonly KeyedRow[]) => Promise<MadeRecords>,
): Promise<{ rows: KeyedRow[]; made: MadeRecords }> {
  const failed: { rows: KeyedRow[]; made: MadeRecords }[] = [];
  for (const row of tried) {
    const made = await make(row, others);
    const found = { rows: [row, ...(made.other ? [made.other] : [])], made };
    if (made.steps.length > 0) return found;
    failed.push(found);
  }
  const [first] = failed;
  if (!first) throw new Error('no row to try');
  return first;
}
