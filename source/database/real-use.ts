import * as z from 'zod/mini';
import type { RealUse, TakenBack } from '../audit/real-use.ts';
import type { UsageCall } from '../audit/usage-call.ts';
import type { Writer } from './connection.ts';
import {
  dollarQuote,
  givenSetting,
  isOwnRecord,
  type Rehearsed,
  rehearsalValues,
  resultSetting,
  statementOf,
} from './rehearsal.ts';
import type { Tables } from './tables.ts';

export const realUse = z.object({
  preset: z.string(),
  records: z.array(z.string()),
  versions: z.array(z.string()),
  before: z.nullable(z.number()),
  after: z.nullable(z.number()),
  lastUsedBefore: z.nullable(z.string()),
  lastUsedAfter: z.nullable(z.string()),
  lastUsedMoved: z.optional(z.nullable(z.boolean())),
});
const takenBack = z.object({
  deleted: z.number(),
  before: z.nullable(z.number()),
  after: z.nullable(z.number()),
});

/** The column that tells the records of `preset_usage` apart. */
export interface RecordKey {
  quoted: string;
  type: string;
}

/** Notes which transaction this is, so that after a lost connection the server can be asked what became of it. */
export async function noteTransaction({ rows }: Writer): Promise<string> {
  const [row] = (await rows('SELECT pg_current_xact_id()::text AS xid')) as { xid: string }[];
  return row?.xid ?? '';
}

// On any other connection than the one that began, the setting is missing: the one that began is lost.
const guard = `IF given IS NULL THEN RAISE EXCEPTION 'this transaction is another one' USING ERRCODE = '25P01'; END IF;`;
const declarations = `
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  own_role text := current_setting('role');
  own_xid xid := pg_current_xact_id()::xid;
  before_count numeric; after_count numeric; last_before text; last_after text; made jsonb;`;

/** Makes one use by `call` and commits it. Rejects with the driver's error where it fails; then nothing is left of it. */
export async function makeRealUse(
  { rows, script }: Writer,
  tables: Tables,
  key: RecordKey,
  call: UsageCall,
  as: Rehearsed,
): Promise<RealUse> {
  const { presets, records } = tables;
  const { lastUsed } = presets;
  const preset = `(given->>'preset')::${presets.keyType}`;
  const quote = dollarQuote();
  const read = (n: 'before' | 'after') =>
    `SELECT p.${presets.count}, ${presets.lastUsed ? `p.${presets.lastUsed}::text` : 'NULL'} INTO ${n}_count, last_${n} FROM ${presets.name} p WHERE p.${presets.key} = ${preset}`;
  await rows('SELECT set_config($1, $2, true)', [givenSetting, rehearsalValues(as, [call])]);
  return realUse.parse(
    await answerOf(
      script,
      `DO ${quote}
#variable_conflict use_variable
DECLARE${declarations}
  known ${key.type}[];
  moved boolean;
BEGIN
  ${guard}
  PERFORM 1 FROM ${presets.name} p WHERE p.${presets.key} = ${preset} FOR NO KEY UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'the preset is gone' USING ERRCODE = 'P0002'; END IF;
  PERFORM set_config('lock_timeout', '250ms', true);
  ${read('before')};
  IF before_count NOT BETWEEN -9007199254740991 AND 9007199254740991 THEN
    RAISE EXCEPTION 'its count is %, and what a use adds to that could not be told', before_count USING ERRCODE = '22003';
  END IF;
  -- A use may change older records as well: what it wrote is its own only where it was not there before.
  known := ARRAY(SELECT r.${key.quoted} FROM ${records.name} r WHERE r.${records.preset} = ${preset});
  IF given->>'claims' IS NOT NULL THEN
    PERFORM set_config('request.jwt.claims', given->>'claims', true);
    PERFORM set_config('request.jwt.claim.sub', coalesce((given->>'claims')::jsonb->>'sub', ''), true);
  END IF;
  IF given->>'role' IS NOT NULL THEN PERFORM set_config('role', given->>'role', true); END IF;
  ${statementOf(call, 0)}
  SET CONSTRAINTS ALL IMMEDIATE;
  PERFORM set_config('role', own_role, true);
  ${read('after')};
  ${lastUsed ? `SELECT p.${lastUsed}::text IS DISTINCT FROM last_before OR p.${lastUsed} >= transaction_timestamp()::${presets.lastUsedType} INTO moved FROM ${presets.name} p WHERE p.${presets.key} = ${preset};` : ''}
  SELECT jsonb_agg(jsonb_build_object('key', r.${key.quoted}::text, 'version', r.xmin::text)) INTO made
    FROM ${records.name} r WHERE r.${records.preset} = ${preset} AND ${isOwnRecord}
     AND NOT r.${key.quoted} = ANY (known);
  -- Without a record of its own it could not be taken back.
  IF made IS NULL THEN RAISE EXCEPTION 'the use left no record of this preset' USING ERRCODE = 'P0002'; END IF;
  PERFORM set_config('${resultSetting}', jsonb_build_object('preset', given->>'preset', 'before', before_count, 'after', after_count,
    'lastUsedBefore', last_before, 'lastUsedAfter', last_after, 'lastUsedMoved', moved,
    'records', jsonb_path_query_array(made, '$[*].key'), 'versions', jsonb_path_query_array(made, '$[*].version'))::text, true);
END
${quote}`,
    ),
  );
}

/**
 * Takes exactly this use back, and commits that: its records are deleted, the count loses what the use added and a trigger
 * has not already taken away with the records, and `last_used_at` goes back unless another use has moved it since. Uses that
 * came later stay counted. Where a record of it is gone already, nothing is changed.
 */
export async function takeRealUseBack(
  { rows, script }: Writer,
  tables: Tables,
  key: RecordKey,
  use: RealUse,
): Promise<TakenBack> {
  const { presets, records } = tables;
  const preset = `(given->>'preset')::${presets.keyType}`;
  const quote = dollarQuote();
  const lastUsed = presets.lastUsed;
  // The same key may be another record's by now, or in another database: the row has to be the very one that was written.
  const mine = `EXISTS (SELECT FROM jsonb_array_elements_text(given->'records') WITH ORDINALITY k (key, n)
              JOIN jsonb_array_elements_text(given->'versions') WITH ORDINALITY v (version, n) USING (n)
             WHERE r.${key.quoted} = k.key::${key.type} AND r.xmin::text = v.version)`;
  await rows('SELECT set_config($1, $2, true)', [givenSetting, JSON.stringify(use)]);
  return takenBack.parse(
    await answerOf(
      script,
      `DO ${quote}
#variable_conflict use_variable
DECLARE${declarations}
  gone bigint;
  deleted bigint := 0;
  remaining numeric;
BEGIN
  ${guard}
  PERFORM 1 FROM ${presets.name} p WHERE p.${presets.key} = ${preset} FOR NO KEY UPDATE;
  PERFORM set_config('lock_timeout', '250ms', true);
  SELECT p.${presets.count} INTO before_count FROM ${presets.name} p WHERE p.${presets.key} = ${preset};
  SELECT jsonb_array_length(given->'records') - count(*) INTO gone FROM ${records.name} r
   WHERE r.${records.preset} = ${preset} AND ${mine};
  after_count := before_count;
  IF gone = 0 AND jsonb_array_length(given->'records') > 0 THEN
    DELETE FROM ${records.name} r WHERE r.${records.preset} = ${preset} AND ${mine};
    GET DIAGNOSTICS deleted = ROW_COUNT;
    SELECT p.${presets.count} INTO after_count FROM ${presets.name} p WHERE p.${presets.key} = ${preset};
    remaining := coalesce((given->>'after')::numeric, 0) - coalesce((given->>'before')::numeric, 0) - (coalesce(before_count, 0) - coalesce(after_count, 0));
    UPDATE ${presets.name} p SET ${presets.count} = coalesce(p.${presets.count}, 0) - remaining${
      lastUsed
        ? `, ${lastUsed} = CASE WHEN p.${lastUsed} = (given->>'lastUsedAfter')::${presets.lastUsedType} THEN (given->>'lastUsedBefore')::${presets.lastUsedType} ELSE p.${lastUsed} END`
        : ''
    }
     WHERE p.${presets.key} = ${preset};
    SELECT p.${presets.count} INTO after_count FROM ${presets.name} p WHERE p.${presets.key} = ${preset};
  END IF;
  PERFORM set_config('${resultSetting}', jsonb_build_object('deleted', deleted, 'before', before_count, 'after', after_count)::text, true);
END
${quote}`,
    ),
  );
}

/** What became of a transaction: null where the server does not remember it. */
export async function transactionStatus(
  reader: Pick<Writer, 'rows'>,
  xid: string,
): Promise<'committed' | 'aborted' | 'in progress' | null> {
  const [row] = (await reader.rows('SELECT pg_xact_status($1::xid8) AS status', [xid])) as {
    status: 'committed' | 'aborted' | 'in progress' | null;
  }[];
  return row?.status ?? null;
}

async function answerOf(script: Writer['script'], block: string): Promise<unknown> {
  const [row] = (await script(
    `${block}; SELECT current_setting('${resultSetting}', true) AS answer; COMMIT`,
  )) as { answer: string }[];
  return JSON.parse(row?.answer ?? 'null');
}
