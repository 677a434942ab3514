import * as z from 'zod/mini';
import { dollarQuote, givenSetting, resultSetting } from '../../connection/block-settings.ts';
import { byOwnPath, byPath, inSchema, takingPath } from '../../connection/search-path.ts';
import type { WriteTransaction } from '../../connection/transactions.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { builtIn, keysDiffer, type Operators } from '../../counter/operators.ts';
import type { RealUse, TakenBack } from '../real-use.ts';
import type { UsageCall } from '../usage-call.ts';
import { isOwnRecord, type SimulatedCalls, simulationValues, statementOfUse } from './simulation-block.ts';

export const realUse = z.object({
  preset: z.string(),
  records: z.array(z.string()),
  versions: z.array(z.string()),
  before: z.nullable(z.number()),
  after: z.nullable(z.number()),
  lastUsedBefore: z.nullable(z.string()),
  lastUsedAfter: z.nullable(z.string()),
  lastUsedMoved: z.optional(z.nullable(z.boolean())),
  users: z.optional(z.array(z.nullable(z.string()))),
});
const takenBack = z.object({
  deleted: z.number(),
  before: z.nullable(z.number()),
  after: z.nullable(z.number()),
});

/** The column that identifies a record. */
export interface RecordKey {
  quoted: string;
  type: string;
  /** How its values are compared, unless the type is one of PostgreSQL's own. */
  operators: Operators | null;
}

// On any other connection the setting is missing: the original one is lost.
const guard = `IF given IS NULL THEN RAISE EXCEPTION 'this transaction is another one' USING ERRCODE = '25P01'; END IF;`;
const declarations = `
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  own_role text := current_setting('role');
  own_xid xid := pg_current_xact_id()::xid;
  before_count numeric; after_count numeric; last_before text; last_after text; made jsonb;`;

/** The SQLSTATE of a use that only updated a record: what it changed there could not be taken back. */
export const onlyUpdated = 'PU001';

/**
 * Makes one use by `call` and commits it. If it fails, rejects with the driver's error and nothing of it is left. `userColumn` names
 * the user in the records.
 */
export async function makeRealUse(
  writer: WriteTransaction,
  tables: Tables,
  key: RecordKey,
  call: UsageCall,
  as: SimulatedCalls,
  userColumn: string | null,
): Promise<RealUse> {
  const { presets, records, path } = tables;
  const { lastUsed } = presets;
  const { isPreset, isRecord } = conditions(tables);
  const quote = dollarQuote();
  const read = (n: 'before' | 'after') =>
    `SELECT p.${presets.count}, ${presets.lastUsed ? `p.${presets.lastUsed}::pg_catalog.text` : 'NULL'} INTO ${n}_count, last_${n} FROM ${presets.name} p WHERE ${isPreset};`;
  await writer.rows('SELECT set_config($1, $2, true)', [
    givenSetting,
    simulationValues(as, [call], writer.ownPath),
  ]);
  return realUse.parse(
    await answerOf(
      writer,
      `DO ${quote}
#variable_conflict use_variable
DECLARE${declarations}
  known ${typeOf(key)}[];
  moved boolean;
  updated boolean;
BEGIN
  ${guard}
  ${byPath(
    path,
    `PERFORM 1 FROM ${presets.name} p WHERE ${isPreset} FOR NO KEY UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'the preset is gone' USING ERRCODE = 'P0002'; END IF;
  PERFORM pg_catalog.set_config('lock_timeout', '250ms', true);
  ${read('before')}
  -- A use may change older records as well: only records that did not exist before are its own.
  known := ARRAY(SELECT r.${key.quoted} FROM ${records.name} r WHERE ${isRecord});`,
  )}
  IF before_count NOT BETWEEN -9007199254740991 AND 9007199254740991 THEN
    RAISE EXCEPTION 'its count is %, too large to see what a use adds', before_count USING ERRCODE = '22003';
  END IF;
  IF given->>'claims' IS NOT NULL THEN
    PERFORM set_config('request.jwt.claims', given->>'claims', true);
    PERFORM set_config('request.jwt.claim.sub', coalesce((given->>'claims')::jsonb->>'sub', ''), true);
  END IF;
  IF given->>'role' IS NOT NULL THEN PERFORM set_config('role', given->>'role', true); END IF;
  ${statementOfUse(call, 0)}
  PERFORM set_config('role', own_role, true);
  ${byPath(
    path,
    `${read('after')}
  ${lastUsed ? `SELECT ${keysDiffer(`p.${lastUsed}::pg_catalog.text`, 'last_before')} OR p.${lastUsed} OPERATOR(pg_catalog.>=) pg_catalog.transaction_timestamp()::${presets.lastUsedType} INTO moved FROM ${presets.name} p WHERE ${isPreset};` : ''}
  SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('key', r.${key.quoted}::pg_catalog.text, 'version', r.xmin::pg_catalog.text${userColumn === null ? '' : `, 'user', r.${userColumn}::pg_catalog.text`})) INTO made
    FROM ${records.name} r WHERE ${isRecord} AND ${isOwnRecord}
     AND NOT r.${key.quoted} ${(key.operators ?? builtIn).equal} ANY (known);
  updated := made IS NULL AND EXISTS (SELECT FROM ${records.name} r WHERE ${isRecord} AND ${isOwnRecord});`,
  )}
  IF updated AND after_count IS NOT DISTINCT FROM before_count THEN
    RAISE EXCEPTION 'the use only updated a record' USING ERRCODE = '${onlyUpdated}';
  END IF;
  -- Without a record of its own, it could not be taken back.
  IF made IS NULL THEN RAISE EXCEPTION 'the use left no record of this preset' USING ERRCODE = 'P0002'; END IF;
  PERFORM set_config('${resultSetting}', jsonb_build_object('preset', given->>'preset', 'before', before_count, 'after', after_count,
    'lastUsedBefore', last_before, 'lastUsedAfter', last_after, 'lastUsedMoved', moved,
    'records', jsonb_path_query_array(made, '$[*].key'), 'versions', jsonb_path_query_array(made, '$[*].version'),
    'users', jsonb_path_query_array(made, '$[*].user'))::text, true);
END
${quote}`,
    ),
  );
}

/**
 * Takes exactly this use back and commits that. Its records are deleted. The count loses what the use added, minus what
 * a trigger has already subtracted. The time of the last use goes back unless another use has moved it since. Later uses stay
 * counted. If one of its records is already gone, nothing is changed.
 */
export async function takeBackRealUse(
  writer: WriteTransaction,
  tables: Tables,
  key: RecordKey,
  use: RealUse,
): Promise<TakenBack> {
  const { presets, records, path } = tables;
  const { isPreset, isRecord } = conditions(tables);
  const quote = dollarQuote();
  const lastUsed = presets.lastUsed;
  // The same key may be another record's by now, or in another database: the row must be the one that was written.
  const mine = `EXISTS (SELECT FROM pg_catalog.jsonb_array_elements_text(given OPERATOR(pg_catalog.->) 'records') WITH ORDINALITY k (key, n)
              JOIN pg_catalog.jsonb_array_elements_text(given OPERATOR(pg_catalog.->) 'versions') WITH ORDINALITY v (version, n) ON k.n OPERATOR(pg_catalog.=) v.n
             WHERE r.${key.quoted} ${(key.operators ?? builtIn).equal} k.key::${typeOf(key)} AND r.xmin::pg_catalog.text OPERATOR(pg_catalog.=) v.version)`;
  const readCount = (into: string) =>
    `SELECT p.${presets.count} INTO ${into} FROM ${presets.name} p WHERE ${isPreset};`;
  const time = (from: string) => `(given OPERATOR(pg_catalog.->>) '${from}')::${presets.lastUsedType}`;
  await writer.rows('SELECT set_config($1, $2, true)', [
    givenSetting,
    JSON.stringify({ ...use, path: writer.ownPath }),
  ]);
  return takenBack.parse(
    await answerOf(
      writer,
      `DO ${quote}
#variable_conflict use_variable
DECLARE${declarations}
  gone bigint;
  deleted bigint := 0;
  remaining numeric;
BEGIN
  ${guard}
  ${byPath(
    path,
    `PERFORM 1 FROM ${presets.name} p WHERE ${isPreset} FOR NO KEY UPDATE;
  PERFORM pg_catalog.set_config('lock_timeout', '250ms', true);
  ${readCount('before_count')}
  SELECT pg_catalog.jsonb_array_length(given OPERATOR(pg_catalog.->) 'records') OPERATOR(pg_catalog.-) pg_catalog.count(*) INTO gone
    FROM ${records.name} r WHERE ${isRecord} AND ${mine};`,
  )}
  after_count := before_count;
  IF gone = 0 AND jsonb_array_length(given->'records') > 0 THEN
    ${byOwnPath(`DELETE FROM ${records.name} r WHERE ${isRecord} AND ${mine};
    GET DIAGNOSTICS deleted = ROW_COUNT;
    ${readCount('after_count')}`)}
    remaining := coalesce((given->>'after')::numeric, 0) - coalesce((given->>'before')::numeric, 0) - (coalesce(before_count, 0) - coalesce(after_count, 0));
    ${byOwnPath(`UPDATE ${presets.name} p SET ${presets.count} = coalesce(p.${presets.count}, 0) OPERATOR(pg_catalog.-) remaining${
      lastUsed
        ? `, ${lastUsed} = CASE WHEN p.${lastUsed} OPERATOR(pg_catalog.=) ${time('lastUsedAfter')} THEN ${time('lastUsedBefore')} ELSE p.${lastUsed} END`
        : ''
    }
     WHERE ${isPreset};
    ${readCount('after_count')}`)}
  END IF;
  PERFORM set_config('${resultSetting}', jsonb_build_object('deleted', deleted, 'before', before_count, 'after', after_count)::text, true);
END
${quote}`,
    ),
  );
}

/** SQL conditions: row `p` is the preset in `given`, and row `r` is a record of it. */
function conditions({ presets, records }: Tables): { isPreset: string; isRecord: string } {
  const preset = `(given OPERATOR(pg_catalog.->>) 'preset')::${presets.keyType}`;
  return {
    isPreset: `p.${presets.key} ${presets.keys.equal} ${preset}`,
    isRecord: `r.${records.preset} ${records.keys.equal} ${preset}`,
  };
}

/** The type in which values of a key are compared. */
function typeOf({ type, operators }: RecordKey): string {
  return operators?.type ?? inSchema(type);
}

async function answerOf({ script, ownPath }: WriteTransaction, block: string): Promise<unknown> {
  const [row] = (await script(
    // A constraint that a trigger has deferred again is checked when the transaction ends.
    `${block}; ${takingPath(ownPath)}; SELECT pg_catalog.current_setting('${resultSetting}', true) AS answer; COMMIT AND CHAIN`,
  )) as { answer: string }[];
  return JSON.parse(row?.answer ?? 'null');
}
