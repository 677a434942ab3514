import * as z from 'zod/mini';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import { countsAreCheap } from '../counter/reading/counters.ts';
import { findUser } from '../counter/users/find-user.ts';
import { readUserCatalog } from '../counter/users/read-user-catalog.ts';
import { userColumnOf } from '../counter/users/user-paths.ts';
import { readUsageDeclarations } from '../simulation/read-declarations.ts';
import { readReachedBodies } from '../simulation/read-reached-bodies.ts';
import { valuesOfCall } from '../simulation/sql/simulation-block.ts';
import {
  chooseRoutine,
  fillCall,
  fillInsert,
  type UsageCall,
  type UsageRoutine,
} from '../simulation/usage-call.ts';
import { trackFunction, trackParameters, trackTypes } from '../trigger/expected-names.ts';
import type { MigrationFit } from '../trigger/migration/fit.ts';
import { type SideEffect, sideEffectsOf } from '../trigger/side-effects.ts';
import type { ProofEvent } from './proof.ts';
import type { ProofParts } from './sql/proof-block.ts';

/** What a proof plays, and with which values. */
export interface ProofPlan {
  parts: ProofParts;
  /** The values for the block, except the role's search_path and the migration's statements. */
  values: Record<string, unknown>;
  /** What playing runs that no rollback can undo. */
  reach: SideEffect[];
}

const answer = z.object({
  keys: z.array(z.string()),
  arbiter: z.array(z.object({ quoted: z.string(), type: z.string() })),
  truncates: z.boolean(),
  partitioned: z.boolean(),
  heir: z.nullable(z.string()),
  triggered: z.array(z.number()),
});

// Presets that are used little are rarely held by others. `truncates`: a trigger handles TRUNCATE. `triggered`: what triggers of
// the records, their partitions and heirs run, in whatever state they are.
const text = ({ presets, records }: Tables) => `WITH RECURSIVE family AS (
  SELECT ${records.oid}::pg_catalog.oid AS oid
  UNION SELECT i.inhrelid FROM family f JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) f.oid
) SELECT pg_catalog.json_build_object(
  'keys', (SELECT coalesce(pg_catalog.json_agg(k.key), '[]') FROM (SELECT p.${presets.key}::pg_catalog.text AS key FROM ${presets.name} p
      ORDER BY p.${presets.count} NULLS FIRST LIMIT 20) k),
  'arbiter', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('quoted', pg_catalog.quote_ident(a.attname), 'type', pg_catalog.format_type(a.atttypid, a.atttypmod))), '[]')
      FROM pg_catalog.pg_attribute a JOIN (SELECT i.indkey::pg_catalog.int2[] AS columns, i.indrelid FROM pg_catalog.pg_index i
          WHERE i.indrelid OPERATOR(pg_catalog.=) ${records.oid} AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
            AND i.indnatts OPERATOR(pg_catalog.=) i.indnkeyatts ORDER BY i.indisprimary DESC, i.indexrelid LIMIT 1) u
        ON a.attrelid OPERATOR(pg_catalog.=) u.indrelid AND a.attnum OPERATOR(pg_catalog.=) ANY (u.columns)),
  'triggered', (SELECT coalesce(pg_catalog.json_agg(DISTINCT t.tgfoid::pg_catalog.int8), '[]') FROM pg_catalog.pg_trigger t
      WHERE NOT t.tgisinternal AND t.tgrelid IN (SELECT f.oid FROM family f)),
  'truncates', EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid OPERATOR(pg_catalog.=) ${records.oid} AND NOT t.tgisinternal
      AND t.tgenabled IN ('O', 'A') AND t.tgtype OPERATOR(pg_catalog.&) 32 OPERATOR(pg_catalog.<>) 0),
  'partitioned', EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) ${records.oid} AND c.relkind OPERATOR(pg_catalog.=) 'p'),
  'heir', (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE i.inhparent OPERATOR(pg_catalog.=) ${records.oid} AND NOT c.relispartition ORDER BY c.oid LIMIT 1))::pg_catalog.text AS answer`;

// More than one event and phase need: each record has its own values.
const rowsToInsert = 40;

/** Reads what a proof can play here; `tracks` are the routines that the application may call. Returns why it can play nothing, as a sentence's end, where it cannot. */
export async function readProofPlan(
  reader: Reader,
  tables: Tables,
  { fit, tracks }: { fit: MigrationFit; tracks: readonly number[] },
): Promise<ProofPlan | string> {
  const [row] = (await reader.rows(text(tables), [], tables.path)) as { answer: string }[];
  const found = answer.parse(JSON.parse(row?.answer ?? '{}'));
  const [first] = found.keys;
  if (first === undefined) return 'there are no presets to play with';
  const users = await readUserCatalog(reader, tables);
  const userColumn = userColumnOf(users, unquoted(tables.records.preset));
  const declared = await readUsageDeclarations(reader, tables, first, { roles: [], userColumn });
  const way = userColumn === null ? null : await findUser(reader, users, userColumn, null);
  const recent = userColumn === null ? null : declared.sample[userColumn];
  const user = way?.found ? way.user : (recent ?? (await anyUser(reader, tables, userColumn)));
  const facts = (preset: string) => ({
    preset,
    // In the form of parameters, which omit the schema of PostgreSQL's own types.
    keyType: tables.presets.keyType.replace(/^pg_catalog\./, ''),
    presetColumn: unquoted(tables.records.preset),
    user,
    userColumn,
    userType: declared.userType,
    sample: declared.sample,
    unique: declared.columns.filter(({ unique }) => unique).map(({ name }) => name),
  });
  const callsOf = (preset: string) => {
    const routines = declared.routines.filter(
      ({ oid, stranger }) => stranger === null && tracks.includes(oid),
    );
    const before = chooseRoutine(routines, facts(preset));
    const own = routines.find(({ identity }) => identity === before?.what);
    const stays = fit.misfit !== null || (own !== undefined && !isReplaced(own));
    return { before, after: stays ? before : fillCall(shippedRoutine, facts(preset)) };
  };
  const insert = fillInsert(tables.records.name, declared.columns, facts(first));
  const subject = way?.found ? way.subject : user;
  const calls = callsOf(first);
  const called = declared.routines
    .filter(({ identity }) => identity === calls.before?.what)
    .map(({ oid }) => oid);
  const { bodies, complete } = await readReachedBodies(
    reader,
    tables,
    [...called, ...found.triggered],
    'every change',
  );
  if (!complete) return 'it would run more than 500 functions and expressions, so not all of them were read';
  const valuesOf = (call: UsageCall | null) => (call === null ? [] : valuesOfCall(call));
  const skipped: Partial<Record<ProofEvent, string>> = {
    ...(found.arbiter.length === 0 ? { 'upsert-nothing': noArbiter, 'upsert-update': noArbiter } : {}),
    ...(found.partitioned || found.heir !== null ? {} : { partition: 'there are no partitions' }),
    ...(fit.always ? {} : { replicated: 'nothing is replicated into these records' }),
    ...(found.truncates ? {} : { truncate: 'no trigger handles it' }),
    ...(countsAreCheap(tables) ? {} : { call: 'counting the records takes too long' }),
  };
  return {
    parts: {
      tables,
      insert,
      calls,
      arbiter: found.arbiter,
      user: declared.columns.find(({ name }) => name === userColumn)?.quoted ?? null,
      skipped,
      heir: found.heir,
    },
    values: {
      keys: found.keys,
      rows: Array.from({ length: rowsToInsert }, () => valuesOfCall(insert)),
      called: Object.fromEntries(
        found.keys.map(key => {
          const { before, after } = callsOf(key);
          return [key, [valuesOf(before), valuesOf(after)]];
        }),
      ),
      claims: subject === null ? null : JSON.stringify({ sub: subject, role: 'authenticated' }),
      skipped,
      heir: found.heir,
    },
    reach: sideEffectsOf(bodies),
  };
}

/** A user that the column accepts. Without a foreign key any value will do. Null without a column, or if the table it refers to is empty. */
async function anyUser(reader: Reader, { records }: Tables, column: string | null): Promise<string | null> {
  const [target] = (await reader.rows(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, quote_ident(k.attname) AS key
       FROM pg_constraint f JOIN pg_class c ON c.oid = f.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = f.conrelid AND f.conkey = ARRAY[a.attnum]
       JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = f.confkey[1]
      WHERE f.contype = 'f' AND f.conrelid = $1::oid AND a.attname = $2 AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
      ORDER BY f.oid LIMIT 1`,
    [records.oid, column],
  )) as { name: string; key: string }[];
  if (!target) return column === null ? null : nobody;
  const [row] = (await reader.rows(
    `SELECT ${target.key}::pg_catalog.text AS key FROM ${target.name} LIMIT 1`,
    [],
    'own',
  )) as { key: string | null }[];
  return row?.key ?? null;
}

const nobody = '00000000-0000-4000-8000-000000000000';

const noArbiter = 'no unique key decides on a conflict';

/** Whether the migration puts its own function in the place of this one. */
function isReplaced({ name, parameters }: UsageRoutine): boolean {
  return name === trackFunction && new RegExp(trackTypes).test(parameters.map(({ type }) => type).join(', '));
}

/** The function that the migration installs. */
const shippedRoutine: UsageRoutine = {
  oid: 0,
  name: trackFunction,
  identity: `${trackFunction}(${trackParameters.map(({ type }) => type).join(', ')})`,
  kind: 'function',
  stranger: null,
  parameters: trackParameters.map(({ name, type }, at) => ({
    name,
    quoted: name,
    type,
    base: type,
    optional: at === trackParameters.length - 1,
    mode: 'in',
    firstLabel: null,
  })),
};
