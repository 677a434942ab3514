import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { dollarQuote, givenSetting, resultSetting } from '../../connection/block-settings.ts';
import { byOwnPath, byPath, inSchema } from '../../connection/search-path.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { milliseconds } from '../../counter/reading/counters.ts';
import { raisedIn } from '../../errors/raised-in.ts';
import { withoutPasswords } from '../../errors/redact.ts';
import { shortened } from '../../errors/shorten.ts';
import { type UsageCall, usePaths } from '../usage-call.ts';

const count = z.nullable(z.number());
// JSON has no NaN or Infinity: they come as text.
const amount = z.pipe(
  z.nullable(z.union([z.number(), z.string()])),
  z.transform(value => (value === null ? null : Number(value))),
);

// An exception's message may be anything, of any length.
export const serverMessage = z.pipe(
  z.string(),
  z.transform(words => withoutPasswords(shortened(words, 1_000))),
);

/** From the context of an exception, which the server writes in its own language. */
export const raisingFunction = z.pipe(
  z.nullable(z.string()),
  z.transform((context: string | null) => raisedIn(context)),
);

const usePath = z.enum(usePaths);

/** One use, seen from inside its transaction. Times in milliseconds since 1970. */
const simulatedUse = z.object({
  before: amount,
  after: amount,
  /** The difference, computed by the server: beyond 2^53 no JavaScript number is exact. */
  increment: z.pipe(z.union([z.number(), z.string()]), z.transform(Number)),
  recordsBefore: z.number(),
  /** Those and what the use inserted. */
  recordsAfter: z.number(),
  /** Records that were there before and that the use changed, as an upsert does. */
  recordsUpdated: z.number(),
  lastUsedBefore: count,
  lastUsedAfter: count,
  /** Whether the time of the last use moved, or already is this transaction's time; null if there is no such column. */
  lastUsedMoved: z.nullable(z.boolean()),
});

/** A way of making the use that failed, with the server's message. */
const simulationFailure = z.object({
  path: usePath,
  /** 1 for the first use, 2 for the same preset again. */
  use: z.number(),
  message: serverMessage,
  code: z.string(),
  constraint: z.nullable(z.string()),
  /** The function that raised it, with its line, if one did. */
  where: raisingFunction,
  /** The column and the table that the server names in the error, if any. */
  column: z.nullable(z.string()),
  table: z.nullable(z.string()),
});

const simulationAnswer = z.object({
  /** False if no row of presets has this key, or this role may not see it. */
  found: z.boolean(),
  /** The way the uses were made: the last one tried. */
  path: usePath,
  uses: z.array(simulatedUse),
  failures: z.array(simulationFailure),
  /** The users that the records of the uses name; null if there is no such column, or there are too many records to look. */
  users: z.nullable(z.array(z.nullable(z.string()))),
  /** An error outside the uses themselves, such as a lock that was not granted. */
  error: z.nullable(z.object({ message: serverMessage, code: z.string() })),
  /** Milliseconds that this transaction waited for the preset's row, and held it. */
  waited: count,
  held: count,
});

/** What the block of a simulation returns. */
export type SimulationAnswer = z.infer<typeof simulationAnswer>;

/** Parses what `simulationBlock` leaves in its setting. */
export function toSimulationAnswer(result: string): SimulationAnswer {
  return simulationAnswer.parse(JSON.parse(result));
}

/** As whom the uses are made, besides the values of the calls. */
export interface SimulatedCalls {
  preset: string;
  /** The value of `request.jwt.claims`, as Supabase sets it; null without a user and a role. */
  claims: Readonly<Record<string, unknown>> | null;
  /** The role that the uses are made as; null for this session's own. */
  role: string | null;
}

/**
 * Whether a record `r` was made by this transaction (or its subtransactions), whose id at the start is `own_xid`: it is
 * still in progress but already visible.
 */
export const isOwnRecord = `pg_catalog.age(r.xmin) OPERATOR(pg_catalog.<=) pg_catalog.age(own_xid)
  AND pg_catalog.pg_xact_status(((pg_catalog.pg_current_xact_id()::pg_catalog.text)::numeric
    OPERATOR(pg_catalog.+) (pg_catalog.age(own_xid) OPERATOR(pg_catalog.-) pg_catalog.age(r.xmin)))::pg_catalog.text::pg_catalog.xid8)
    OPERATOR(pg_catalog.=) 'in progress'`;

/** The values that `simulationBlock` reads from its setting; `ownPath` is the search_path of the use. */
export function simulationValues(
  { preset, claims, role }: SimulatedCalls,
  calls: readonly UsageCall[],
  ownPath: string,
): string {
  const valuesOf = () => calls.map(valuesOfCall);
  return JSON.stringify({
    preset,
    path: ownPath,
    claims: claims && JSON.stringify(claims),
    role,
    calls: valuesOf(),
    again: valuesOf(),
  });
}

/** The values of a call as text: a new one where each use needs its own. */
export function valuesOfCall({ values }: UsageCall): (string | null)[] {
  return values.map(textOf);
}

// Of one preset: reading more would hold its row for too long.
const mostRecords = 100_000;

// If values must be unique, a random one: existing ones may be too many to check.
function textOf({ value, fresh, type }: UsageCall['values'][number]): string | null {
  if (fresh === 'uuid') return randomUUID();
  // Near the end of the integer range, which a sequence reaches last.
  if (fresh === 'number') return String(randomInt(2_000_000_000, 2_147_000_000));
  if (fresh !== 'text') return value;
  // No longer than the example: a parameter does not show how long its column is.
  const longest = Number(/\((\d+)\)$/.exec(type)?.[1] ?? 24);
  return randomBytes(12)
    .toString('hex')
    .slice(0, Math.min(longest, value?.length || 24));
}

/**
 * A block that uses a preset twice and reads the counter before and after each use. It runs in one round trip, so the
 * preset's row is held only while the server works. `calls` are ways to make a use; the second is tried if the first
 * fails. All values come from a setting of the transaction. If it is missing, the connection was lost and this is
 * another transaction, so the block does nothing. `userColumn`, quoted if necessary, names the user in the records.
 */
export function simulationBlock(
  tables: Tables,
  calls: readonly UsageCall[],
  userColumn: string | null,
): string {
  const { presets, records, path } = tables;
  const key = `(given OPERATOR(pg_catalog.->>) 'preset')::${presets.keyType}`;
  const isPreset = `p.${presets.key} ${presets.keys.equal} ${key}`;
  const isRecord = `r.${records.preset} ${records.keys.equal} ${key}`;
  const { lastUsed } = presets;
  // In its own type: a date cannot be newer than today.
  const usedType = presets.lastUsedType ?? 'timestamptz';
  const quote = dollarQuote();
  const read = (n: 'before' | 'after') => `
      ${byPath(
        path,
        `SELECT p.${presets.count}, ${lastUsed ? `p.${lastUsed}` : 'NULL'} INTO ${n}_count, ${n}_used FROM ${presets.name} p WHERE ${isPreset};
      SELECT pg_catalog.count(*) INTO ${n}_records FROM ${records.name} r WHERE ${isRecord};`,
      )}`;
  // The row is held meanwhile, and no index shows which records are new.
  const readUsers = `
      IF own_records > 0 AND before_records < ${mostRecords} THEN
        ${byPath(
          path,
          `SELECT pg_catalog.jsonb_agg(DISTINCT r.${userColumn}::pg_catalog.text) INTO users FROM ${records.name} r WHERE ${isOwnRecord} AND ${isRecord};`,
        )}
        answer := answer || jsonb_build_object('users', users);
      END IF;`;
  return `DO ${quote}
#variable_conflict use_variable
DECLARE
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  own_role text := current_setting('role');
  own_xid xid := pg_current_xact_id()::xid;
  answer jsonb := '{"found": false, "path": "${calls[0]?.path}", "uses": [], "failures": [], "users": null, "error": null, "waited": null, "held": null}';
  paths text[] := ARRAY[${calls.map(({ path }) => `'${path}'`).join(', ')}];
  place integer := 1;
  started timestamptz := clock_timestamp();
  locked timestamptz;
  done boolean;
  is_there boolean;
  before_count numeric; after_count numeric;
  before_records bigint; after_records bigint;
  before_used ${usedType}; after_used ${usedType};
  own_records bigint := 0; inserted bigint; updated bigint; changed bigint; added bigint;
  users jsonb;
  words text; code text; named text; stack text; of_column text; of_table text;
BEGIN
  IF given IS NULL THEN RETURN; END IF;
  -- What a rolled-back use warns of is shown to the person who asked for it, and does not belong in the server's log.
  PERFORM set_config('client_min_messages', 'notice', true);
  BEGIN
    PERFORM set_config('log_min_messages', 'error', true);
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  BEGIN
    -- The row is locked first, so that nobody else's use can come between two reads of the count.
    ${byPath(path, `PERFORM 1 FROM ${presets.name} p WHERE ${isPreset} FOR NO KEY UPDATE; is_there := FOUND;`)}
    IF is_there THEN
      locked := clock_timestamp();
      answer := answer || jsonb_build_object('found', true);
      -- From here on others may wait for this transaction. Below deadlock_timeout, it gives up before they have to.
      PERFORM set_config('lock_timeout', '250ms', true);
      <<uses>>
      FOR use IN 1..2 LOOP
        done := false;
        WHILE NOT done AND place <= cardinality(paths) LOOP${read('before')}
          inserted := ${sumSoFar('inserted', records.oid)};
          updated := ${sumSoFar('updated', records.oid)};
          BEGIN
            -- As at the beginning of a new transaction: constraints that the first use checked immediately are deferred again.
            IF use > 1 THEN
              SET CONSTRAINTS ALL DEFERRED;
              given := given || jsonb_build_object('calls', given->'again');
            END IF;
            IF given->>'claims' IS NOT NULL THEN
              PERFORM set_config('request.jwt.claims', given->>'claims', true);
              PERFORM set_config('request.jwt.claim.sub', coalesce((given->>'claims')::jsonb->>'sub', ''), true);
            END IF;
            IF given->>'role' IS NOT NULL THEN PERFORM set_config('role', given->>'role', true); END IF;
            CASE place${calls.map((call, index) => `\n              WHEN ${index + 1} THEN ${statementOfUse(call, index)}`).join('')}
            END CASE;
            PERFORM set_config('role', own_role, true);
            done := true;
          EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
            GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, code = RETURNED_SQLSTATE, named = CONSTRAINT_NAME, stack = PG_EXCEPTION_CONTEXT,
              of_column = COLUMN_NAME, of_table = TABLE_NAME;
            answer := jsonb_set(answer, '{failures}', answer->'failures' || jsonb_build_object('path', paths[place], 'use', use,
              'message', left(words, 4000), 'code', code, 'constraint', nullif(named, ''), 'column', nullif(of_column, ''), 'table', nullif(of_table, ''),
              'where', left(stack, 20000)));
            -- Only the second use failed, or another session is in the way: trying another way would show nothing.
            EXIT uses WHEN use > 1 OR code IN ('57014', '55P03', '40P01');
            place := place + 1;
          END;
        END LOOP;
        EXIT WHEN NOT done;${read('after')}
        changed := 1; added := 1;
        inserted := ${sumSoFar('inserted', records.oid)} - inserted;
        updated := ${sumSoFar('updated', records.oid)} - updated;
        IF after_records - before_records <> 1 OR inserted <> 1 THEN
          -- Others can insert or delete records without the row's lock, and an upsert changes records that were there before:
          -- count only what this use wrote, and of that only what it inserted.
          ${byPath(
            path,
            `SELECT pg_catalog.count(*) OPERATOR(pg_catalog.-) own_records INTO changed
            FROM ${records.name} r WHERE ${isRecord} AND ${isOwnRecord};`,
          )}
          added := least(changed, CASE WHEN current_setting('track_counts')::boolean THEN inserted ELSE greatest(after_records - before_records, 0) END);
        END IF;
        own_records := own_records + changed;
        answer := jsonb_set(answer, '{uses}', answer->'uses' || jsonb_build_object('before', before_count, 'after', after_count,
          'increment', coalesce(after_count, 0) - coalesce(before_count, 0),
          'recordsBefore', before_records, 'recordsAfter', before_records + added, 'recordsUpdated', CASE added WHEN 0 THEN greatest(changed, updated) ELSE greatest(changed - added, 0) END,
          'lastUsedBefore', ${milliseconds('before_used')}, 'lastUsedAfter', ${milliseconds('after_used')},
          'lastUsedMoved', ${lastUsed ? `coalesce(after_used > before_used OR (before_used IS NULL AND after_used IS NOT NULL) OR after_used >= transaction_timestamp()::${usedType}, false)` : 'NULL'}));
      END LOOP;${userColumn === null ? '' : readUsers}
    END IF;
  EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
    GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    answer := answer || jsonb_build_object('error', jsonb_build_object('message', left(words, 4000), 'code', code));
  END;
  PERFORM set_config('role', own_role, true);
  answer := answer || jsonb_build_object('path', paths[least(place, cardinality(paths))],
    'waited', extract(epoch FROM coalesce(locked, clock_timestamp()) - started) * 1000,
    'held', extract(epoch FROM clock_timestamp() - locked) * 1000);
  PERFORM set_config('${resultSetting}', answer::text, true);
END
${quote}`;
}

/** The number of rows that this transaction has inserted into a table, its partitions and its children, or updated there. */
export function sumSoFar(what: 'inserted' | 'updated', oid: number): string {
  return `(WITH RECURSIVE part AS (SELECT ${oid}::oid AS oid UNION SELECT i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid)
            SELECT coalesce(sum(pg_stat_get_xact_tuples_${what}(oid)), 0) FROM part)`;
}

/** Makes a use under the role's own search_path, and fires what is deferred: without a commit it would never fire. */
export function statementOfUse(call: UsageCall, index: number): string {
  return byOwnPath(`${statementOf(call, index)}
  SET CONSTRAINTS ALL IMMEDIATE;`);
}

/** The statement that makes a use. Its values come from the setting, where `simulationValues` puts them. */
function statementOf({ kind, name, named, values }: UsageCall, index: number): string {
  // As a plain CALL, PL/pgSQL would require a variable for every OUT parameter.
  const given = kind === 'procedure' ? '$1' : 'given';
  const value = (place: number) =>
    `(${given} OPERATOR(pg_catalog.->) 'calls' OPERATOR(pg_catalog.->) ${index} OPERATOR(pg_catalog.->>) ${place})::${inSchema(values[place]?.type ?? 'text')}`;
  if (kind === 'table') {
    return `INSERT INTO ${name} (${values.map(({ target }) => target).join(', ')}) VALUES (${values.map((_, place) => value(place)).join(', ')});`;
  }
  const list = values
    .map(
      ({ target, variadic }, place) =>
        `${variadic ? 'VARIADIC ' : ''}${named ? `${target} => ` : ''}${value(place)}`,
    )
    .join(', ');
  if (kind === 'function') return `PERFORM ${name}(${list});`;
  const quote = dollarQuote();
  return `EXECUTE ${quote}CALL ${name}(${list})${quote} USING given;`;
}
