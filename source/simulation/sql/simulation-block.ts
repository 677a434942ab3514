import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { dollarQuote, givenSetting, resultSetting } from '../../connection/block-settings.ts';
import { byOwnPath, byPath, inSchema } from '../../connection/search-path.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { milliseconds } from '../../counter/reading/counters.ts';
import { withoutPasswords } from '../../errors/redact.ts';
import { shortened } from '../../errors/shorten.ts';
import type { UsageCall } from '../usage-call.ts';

const count = z.nullable(z.number());
// JSON has no word for NaN and Infinity: there they are text.
const amount = z.pipe(
  z.nullable(z.union([z.number(), z.string()])),
  z.transform(value => (value === null ? null : Number(value))),
);

// What raises may say anything, at any length.
const serverWords = z.pipe(
  z.string(),
  z.transform(words => withoutPasswords(shortened(words, 1_000))),
);

const way = z.enum(['track_preset_usage', 'insert']);

/** One use as it was seen from inside its transaction. Times in milliseconds since 1970. */
const simulatedUse = z.object({
  before: amount,
  after: amount,
  /** What it added, as the server subtracts: beyond 2^53 no number here is exact. */
  increment: z.pipe(z.union([z.number(), z.string()]), z.transform(Number)),
  recordsBefore: z.number(),
  recordsAfter: z.number(),
  lastUsedBefore: count,
  lastUsedAfter: count,
  /** Whether `last_used_at` moved, or already is this transaction's time; null where there is no such column. */
  lastUsedMoved: z.nullable(z.boolean()),
});

/** A way of making the use that failed, in the server's own words. */
const simulationFailure = z.object({
  path: way,
  /** 1 for the first use, 2 for the same preset again. */
  use: z.number(),
  message: serverWords,
  code: z.string(),
  constraint: z.nullable(z.string()),
  /** The function that raised it, with its line, if one did. */
  where: z.nullable(z.string()),
  /** The column and the table that the server names with the error, if it does. */
  column: z.nullable(z.string()),
  table: z.nullable(z.string()),
});

const simulationAnswer = z.object({
  /** False where no row of presets has this key, or this role may not see it. */
  found: z.boolean(),
  /** The way the uses were made: the last one tried. */
  path: way,
  uses: z.array(simulatedUse),
  failures: z.array(simulationFailure),
  /** An error outside of the uses themselves, such as a lock that was not given. */
  error: z.nullable(z.object({ message: serverWords, code: z.string() })),
  /** Milliseconds that this transaction waited for the preset's row, and held it. */
  waited: count,
  held: count,
});

/** What a simulation saw. */
export type SimulationAnswer = z.infer<typeof simulationAnswer>;

/** Parses what `simulationBlock` leaves in its setting. */
export function toSimulationAnswer(result: string): SimulationAnswer {
  return simulationAnswer.parse(JSON.parse(result));
}

/** As whom the uses are made, beside what the calls say. */
export interface SimulatedCalls {
  preset: string;
  /** What `request.jwt.claims` holds, as Supabase sets it; null where there is no user and no role. */
  claims: Record<string, string> | null;
  /** The role that the uses are made as; null for this session's own. */
  role: string | null;
}

/** Whether a record `r` was made by this transaction, whose id at the start is `own_xid`: it is still in progress, and yet visible. */
export const isOwnRecord = `pg_catalog.age(r.xmin) OPERATOR(pg_catalog.<=) pg_catalog.age(own_xid)
  AND pg_catalog.pg_xact_status(((pg_catalog.pg_current_xact_id()::pg_catalog.text)::numeric
    OPERATOR(pg_catalog.+) (pg_catalog.age(own_xid) OPERATOR(pg_catalog.-) pg_catalog.age(r.xmin)))::pg_catalog.text::pg_catalog.xid8)
    OPERATOR(pg_catalog.=) 'in progress'`;

/** The values that `simulationBlock` reads from its setting; `ownPath` is the search_path that the use is made by. */
export function simulationValues(
  { preset, claims, role }: SimulatedCalls,
  calls: readonly UsageCall[],
  ownPath: string,
): string {
  const valuesOf = () => calls.map(({ values }) => values.map(textOf));
  return JSON.stringify({
    preset,
    path: ownPath,
    claims: claims && JSON.stringify(claims),
    role,
    calls: valuesOf(),
    again: valuesOf(),
  });
}

// Where each value may be there once, one that is not there yet: at random, because those that are could be many.
function textOf({ value, fresh, type }: UsageCall['values'][number]): string | null {
  if (fresh === 'uuid') return randomUUID();
  // Near the end of an integer, where a sequence is last to come.
  if (fresh === 'number') return String(randomInt(2_000_000_000, 2_147_000_000));
  if (fresh !== 'text') return value;
  // No longer than what it stands for: a parameter does not tell how much its column takes.
  const longest = Number(/\((\d+)\)$/.exec(type)?.[1] ?? 24);
  return randomBytes(12)
    .toString('hex')
    .slice(0, Math.min(longest, value?.length || 24));
}

/**
 * A block that uses a preset twice and reads the counter before and after each use. It runs in one round trip, so the
 * preset's row is held for as long as the server works and no longer. `calls` are ways to make a use, the second one tried
 * where the first fails. All values come from a setting of the transaction it belongs to: where that is missing, the
 * connection was lost and this is another one, so the block does nothing.
 */
export function simulationBlock(tables: Tables, calls: readonly UsageCall[]): string {
  const { presets, records, path } = tables;
  const key = `(given OPERATOR(pg_catalog.->>) 'preset')::${presets.keyType}`;
  const isPreset = `p.${presets.key} ${presets.keys.equal} ${key}`;
  const isRecord = `r.${records.preset} ${records.keys.equal} ${key}`;
  const { lastUsed } = presets;
  // In its own type: a date is as new as it can be where it is today's.
  const usedType = presets.lastUsedType ?? 'timestamptz';
  const quote = dollarQuote();
  const read = (n: 'before' | 'after') => `
      ${byPath(
        path,
        `SELECT p.${presets.count}, ${lastUsed ? `p.${lastUsed}` : 'NULL'} INTO ${n}_count, ${n}_used FROM ${presets.name} p WHERE ${isPreset};
      SELECT pg_catalog.count(*) INTO ${n}_records FROM ${records.name} r WHERE ${isRecord};`,
      )}`;
  return `DO ${quote}
#variable_conflict use_variable
DECLARE
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  own_role text := current_setting('role');
  own_xid xid := pg_current_xact_id()::xid;
  answer jsonb := '{"found": false, "path": "${calls[0]?.path}", "uses": [], "failures": [], "error": null, "waited": null, "held": null}';
  paths text[] := ARRAY[${calls.map(({ path }) => `'${path}'`).join(', ')}];
  place integer := 1;
  started timestamptz := clock_timestamp();
  locked timestamptz;
  done boolean;
  is_there boolean;
  before_count numeric; after_count numeric;
  before_records bigint; after_records bigint;
  before_used ${usedType}; after_used ${usedType};
  own_records bigint := 0;
  words text; code text; named text; stack text; of_column text; of_table text;
BEGIN
  IF given IS NULL THEN RETURN; END IF;
  BEGIN
    -- First of all the row: with it locked nobody else's use can come between two looks at the count.
    ${byPath(path, `PERFORM 1 FROM ${presets.name} p WHERE ${isPreset} FOR NO KEY UPDATE; is_there := FOUND;`)}
    IF is_there THEN
      locked := clock_timestamp();
      answer := answer || jsonb_build_object('found', true);
      -- From here on others may wait for this transaction: below deadlock_timeout, so that it gives up before they have to.
      PERFORM set_config('lock_timeout', '250ms', true);
      <<uses>>
      FOR use IN 1..2 LOOP
        done := false;
        WHILE NOT done AND place <= cardinality(paths) LOOP${read('before')}
          BEGIN
            -- As at the beginning of a transaction of its own; what a first use checked at once need not be so for a second.
            IF use > 1 THEN
              SET CONSTRAINTS ALL DEFERRED;
              given := given || jsonb_build_object('calls', given->'again');
            END IF;
            IF given->>'claims' IS NOT NULL THEN
              PERFORM set_config('request.jwt.claims', given->>'claims', true);
              PERFORM set_config('request.jwt.claim.sub', coalesce((given->>'claims')::jsonb->>'sub', ''), true);
            END IF;
            IF given->>'role' IS NOT NULL THEN PERFORM set_config('role', given->>'role', true); END IF;
            CASE place${calls.map((call, index) => `\n              WHEN ${index + 1} THEN ${makingUse(call, index)}`).join('')}
            END CASE;
            PERFORM set_config('role', own_role, true);
            done := true;
          EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
            GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, code = RETURNED_SQLSTATE, named = CONSTRAINT_NAME, stack = PG_EXCEPTION_CONTEXT,
              of_column = COLUMN_NAME, of_table = TABLE_NAME;
            answer := jsonb_set(answer, '{failures}', answer->'failures' || jsonb_build_object('path', paths[place], 'use', use,
              'message', left(words, 4000), 'code', code, 'constraint', nullif(named, ''), 'column', nullif(of_column, ''), 'table', nullif(of_table, ''),
              'where', substring(stack FROM '(?n)^PL/pgSQL function (?!inline_code_block)(.*)$')));
            -- The second use fails where the first did not, or somebody is in the way: another way would prove nothing.
            EXIT uses WHEN use > 1 OR code IN ('57014', '55P03', '40P01');
            place := place + 1;
          END;
        END LOOP;
        EXIT WHEN NOT done;${read('after')}
        IF after_records - before_records <> 1 THEN
          -- Records need nobody's row: what others inserted or deleted meanwhile has to be told from what this use did.
          ${byPath(
            path,
            `SELECT (before_records OPERATOR(pg_catalog.+) pg_catalog.count(*)) OPERATOR(pg_catalog.-) own_records INTO after_records
            FROM ${records.name} r WHERE ${isRecord} AND ${isOwnRecord};`,
          )}
        END IF;
        own_records := own_records + after_records - before_records;
        answer := jsonb_set(answer, '{uses}', answer->'uses' || jsonb_build_object('before', before_count, 'after', after_count,
          'increment', coalesce(after_count, 0) - coalesce(before_count, 0),
          'recordsBefore', before_records, 'recordsAfter', after_records,
          'lastUsedBefore', ${milliseconds('before_used')}, 'lastUsedAfter', ${milliseconds('after_used')},
          'lastUsedMoved', ${lastUsed ? `coalesce(after_used > before_used OR (before_used IS NULL AND after_used IS NOT NULL) OR after_used >= transaction_timestamp()::${usedType}, false)` : 'NULL'}));
      END LOOP;
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

/** Makes a use by the role's own path, and has fire what is deferred: at a commit that never comes it would not. */
export function makingUse(call: UsageCall, index: number): string {
  return byOwnPath(`${statementOf(call, index)}
  SET CONSTRAINTS ALL IMMEDIATE;`);
}

/** The statement that makes a use, its values taken from the setting as `simulationValues` puts them there. */
function statementOf({ kind, name, named, values }: UsageCall, index: number): string {
  // As a statement of its own PL/pgSQL would want a variable for every parameter of a procedure that comes back.
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
