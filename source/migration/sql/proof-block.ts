import * as z from 'zod/mini';
import { dollarQuote, givenSetting, resultSetting } from '../../connection/block-settings.ts';
import { byOwnPath, byPath, catalogPath, inSchema } from '../../connection/search-path.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { isOwnRecord, statementOfUse } from '../../simulation/sql/simulation-block.ts';
import type { UsageCall } from '../../simulation/usage-call.ts';
import { triggerName } from '../../trigger/expected-names.ts';
import { type ProofEvent, proofEvents } from '../proof.ts';

const amount = z.pipe(
  z.union([z.number(), z.string()]),
  z.transform(value => Number(value)),
);
const outcome = z.object({
  result: z.enum(['right', 'wrong', 'failed', 'not-played']),
  changes: z.array(z.object({ records: amount, count: amount })),
  code: z.nullable(z.string()),
  message: z.nullable(z.string()),
  user: z.nullable(z.boolean()),
});
const phase = z.nullable(z.partialRecord(z.enum(proofEvents), outcome));
const answer = z.object({
  before: phase,
  after: phase,
  /** An error outside the events, such as a lock that was not granted. */
  error: z.nullable(z.object({ code: z.string(), message: z.string() })),
});

/** What the block of a proof returns. */
export type ProofAnswer = z.infer<typeof answer>;

/** Parses what `proofBlock` leaves in its setting. */
export function toProofAnswer(text: string): ProofAnswer {
  return answer.parse(JSON.parse(text));
}

/** What the block plays with, besides values. */
export interface ProofParts {
  tables: Tables;
  /** The insert of a record. */
  insert: UsageCall;
  /** Calls of the function for a use today and afterwards; null where the function is missing. */
  calls: { before: UsageCall | null; after: UsageCall | null };
  /** The columns of a unique index that ON CONFLICT can name, with their types; empty without such an index. */
  arbiter: { quoted: string; type: string }[];
  /** The column with the user, or null. */
  user: string | null;
  /** Why events are not played here; all others are. */
  skipped: Partial<Record<ProofEvent, string>>;
  /** The table that inherits from the records, if one does; partitions are found by where a record lands. */
  heir: string | null;
}

// Each event and each phase is undone by raising this.
const undo = "RAISE EXCEPTION USING ERRCODE = 'PU001'";

/**
 * A block that plays every event today and after the migration's statements, and undoes each. All of it happens in
 * subtransactions that are rolled back, so that also their locks are gone before the next. Values come from a setting of the
 * transaction; if it is missing, this is another transaction, and the block does nothing.
 */
export function proofBlock(parts: ProofParts): string {
  const { tables } = parts;
  const { presets, path } = tables;
  const quote = dollarQuote();
  const read = (at: 'before' | 'after') =>
    byPath(
      path,
      `SELECT coalesce(max(CASE WHEN p.${presets.key} ${presets.keys.equal} key_a THEN p.${presets.count} END), 0),
          coalesce(max(CASE WHEN p.${presets.key} ${presets.keys.equal} key_b THEN p.${presets.count} END), 0) INTO ${at}_a, ${at}_b
          FROM ${presets.name} p WHERE p.${presets.key} ${presets.keys.equal} key_a OR p.${presets.key} ${presets.keys.equal} key_b;`,
    );
  const skipped = (event: ProofEvent) => parts.skipped[event];
  return `DO ${quote}
#variable_conflict use_variable
DECLARE
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  answer jsonb := '{"before": null, "after": null, "error": null}';
  own_xid xid := pg_current_xact_id()::xid;
  phase text; event text; statement text; results jsonb; outcome jsonb;
  key_a ${presets.keyType}; key_b ${presets.keyType};
  before_a numeric; before_b numeric; after_a numeric; after_b numeric;
  added_a numeric; added_b numeric; before_records bigint; own_records bigint; nth integer := 0; stored boolean;
  place tid; home oid; leaf text; arbiter jsonb;
  words text; code text;
BEGIN
  IF given IS NULL THEN RETURN; END IF;
  <<phases>>
  FOREACH phase IN ARRAY ARRAY['before', 'after'] LOOP
    results := '{}';
    BEGIN
      IF phase = 'after' THEN
        PERFORM set_config('search_path', given->>'path', true);
        FOR statement IN SELECT pg_catalog.jsonb_array_elements_text(given OPERATOR(pg_catalog.->) 'statements') LOOP
          EXECUTE statement;
        END LOOP;
        PERFORM pg_catalog.set_config('search_path', '${catalogPath}', true);
      END IF;
      -- From here on others may wait for this transaction. Below deadlock_timeout, it gives up before they have to.
      PERFORM set_config('lock_timeout', '250ms', true);
      -- Presets that nobody holds, so that nobody is waited for.
      ${byPath(
        path,
        `SELECT (array_agg(held.key))[1], (array_agg(held.key))[2] INTO key_a, key_b FROM (
        SELECT p.${presets.key} AS key FROM ${presets.name} p
         WHERE p.${presets.key} ${presets.keys.equal} ANY (ARRAY(SELECT e::${presets.keyType} FROM pg_catalog.jsonb_array_elements_text(given OPERATOR(pg_catalog.->) 'keys') e))
         LIMIT 2 FOR NO KEY UPDATE SKIP LOCKED) held;`,
      )}
      IF key_a IS NULL THEN
        answer := answer || jsonb_build_object('error', jsonb_build_object('code', '55P03', 'message', 'other sessions hold the rows of the presets'));
        EXIT phases;
      END IF;
      <<events>>
      FOREACH event IN ARRAY ARRAY[${proofEvents.map(event => `'${event}'`).join(', ')}] LOOP
        outcome := NULL; stored := NULL; added_a := 0; added_b := 0; nth := nth + 1;
        BEGIN
          CASE event${proofEvents
            .map(
              event => `
            WHEN '${event}' THEN ${
              skipped(event) === undefined
                ? playing(event, parts, read)
                : `outcome := ${notPlayed(`given->'skipped'->>'${event}'`)};`
            }`,
            )
            .join('')}
          END CASE;
          IF outcome IS NULL THEN
            SET CONSTRAINTS ALL IMMEDIATE;
            ${read('after')}
            IF event = 'truncate' THEN before_a := 0; before_b := 0; END IF;
            outcome := jsonb_build_object('result', CASE WHEN after_a - before_a = added_a AND after_b - before_b = added_b THEN 'right' ELSE 'wrong' END,
              'changes', jsonb_build_array(jsonb_build_object('records', added_a, 'count', after_a - before_a))
                || CASE WHEN key_b IS NULL OR (added_b = 0 AND after_b = before_b) THEN '[]' ELSE jsonb_build_array(jsonb_build_object('records', added_b, 'count', after_b - before_b)) END,
              'code', NULL, 'message', NULL, 'user', stored);
          END IF;
          ${undo};
        EXCEPTION
          WHEN SQLSTATE 'PU001' THEN NULL;
          WHEN OTHERS OR query_canceled OR assert_failure THEN
            GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
            -- Another session is in the way, or it takes too long: that says nothing about counting.
            IF code IN ('57014', '55P03', '40P01') THEN
              answer := answer || jsonb_build_object('error', jsonb_build_object('code', code, 'message', left(words, 1000)));
              EXIT phases;
            END IF;
            outcome := jsonb_build_object('result', CASE WHEN event = 'replicated' AND code = '42501' THEN 'not-played' ELSE 'failed' END,
              'changes', '[]'::jsonb, 'code', code, 'message', left(words, 1000), 'user', NULL);
        END;
        results := results || jsonb_build_object(event, outcome);
      END LOOP;
      ${undo};
    EXCEPTION
      WHEN SQLSTATE 'PU001' THEN NULL;
      WHEN OTHERS OR query_canceled OR assert_failure THEN
        GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
        answer := answer || jsonb_build_object('error', jsonb_build_object('code', code, 'message', left(words, 1000)));
        EXIT phases;
    END;
    answer := answer || jsonb_build_object(phase, results);
  END LOOP;
  PERFORM set_config('${resultSetting}', answer::text, true);
END
${quote}`;
}

function notPlayed(reason: string): string {
  return `jsonb_build_object('result', 'not-played', 'changes', '[]'::jsonb, 'code', NULL, 'message', ${reason}, 'user', NULL)`;
}

type Read = (at: 'before' | 'after') => string;

/** The statements that play an event; `added_a` and `added_b` are what they did to the records of the two presets. */
function playing(event: ProofEvent, parts: ProofParts, read: Read): string {
  const { tables, insert, arbiter } = parts;
  const { records } = tables;
  const one = insertion(parts, records.name, ['key_a']);
  const mine = `r.ctid OPERATOR(pg_catalog.=) place AND r.tableoid OPERATOR(pg_catalog.=) home`;
  switch (event) {
    case 'insert':
      return `${read('before')} ${byOwnPath(`${one} GET DIAGNOSTICS added_a = ROW_COUNT;`)}`;
    case 'rows':
      return `${read('before')} ${byOwnPath(`${insertion(parts, records.name, ['key_a', 'key_a', 'coalesce(key_b, key_a)'])} GET DIAGNOSTICS own_records = ROW_COUNT;`)}
            added_a := CASE WHEN key_b IS NULL THEN own_records ELSE least(own_records, 2) END; added_b := own_records - added_a;`;
    case 'delete':
      return `${byOwnPath(one)} SET CONSTRAINTS ALL IMMEDIATE; ${read('before')}
            ${byOwnPath(`DELETE FROM ${records.name} r WHERE ${mine}; GET DIAGNOSTICS added_a = ROW_COUNT;`)} added_a := -added_a;`;
    case 'move':
      return `IF key_b IS NULL THEN outcome := ${notPlayed("'there is only one preset to move it from'")};
            ELSE ${byOwnPath(one)} SET CONSTRAINTS ALL IMMEDIATE; ${read('before')}
            ${byOwnPath(`UPDATE ${records.name} r SET ${records.preset} = key_b WHERE ${mine}; GET DIAGNOSTICS added_b = ROW_COUNT;`)} added_a := -added_b; END IF;`;
    case 'upsert-nothing':
    case 'upsert-update': {
      const columns = insert.values.map(({ target }) => target);
      const more = arbiter.filter(({ quoted }) => !columns.includes(quoted));
      const values = [
        ...insert.values.map((value, at) => recordValue(value, at, tables, 'key_a')),
        ...more.map(({ type }, at) => `(arbiter OPERATOR(pg_catalog.->>) ${at})::${inSchema(type)}`),
      ];
      const target = `(${arbiter.map(({ quoted }) => quoted).join(', ')})`;
      const action =
        event === 'upsert-nothing'
          ? 'DO NOTHING'
          : `DO UPDATE SET ${records.preset} = EXCLUDED.${records.preset}`;
      return `${byOwnPath(`INSERT INTO ${records.name} AS r (${columns.join(', ')}) VALUES (${insert.values.map((value, at) => recordValue(value, at, tables, 'key_a')).join(', ')})
              RETURNING pg_catalog.jsonb_build_array(${more.map(({ quoted }) => `r.${quoted}::pg_catalog.text`).join(', ')}) INTO arbiter;`)}
            SET CONSTRAINTS ALL IMMEDIATE; ${read('before')}
            ${byOwnPath(`INSERT INTO ${records.name} (${[...columns, ...more.map(({ quoted }) => quoted)].join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${values.join(', ')}) ON CONFLICT ${target} ${action};`)}`;
    }
    case 'partition':
      return `${parts.heir === null ? `${byOwnPath(one)} SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) INTO leaf FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = home;` : "leaf := given->>'heir';"}
            nth := nth + 1; SET CONSTRAINTS ALL IMMEDIATE; ${read('before')}
            ${byOwnPath(
              `EXECUTE pg_catalog.format($insert$INSERT INTO %s (${insert.values.map(({ target }) => target.replaceAll('%', '%%')).join(', ')}) VALUES (${insert.values
                .map((value, at) => recordValue(value, at, tables, '$2', '$1', '$3').replaceAll('%', '%%'))
                .join(', ')})$insert$, leaf) USING given, key_a, nth; GET DIAGNOSTICS added_a = ROW_COUNT;`,
            )}`;
    case 'call':
      return calling(parts, read);
    case 'replicated':
      return `IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = ${records.oid} AND t.tgname = '${triggerName}' AND t.tgtype & 1 = 0) THEN
              -- A replication worker fires no such trigger, although a session in its place does.
              ${read('before')} outcome := jsonb_build_object('result', 'wrong', 'changes', '[{"records": 1, "count": 0}]'::jsonb, 'code', NULL, 'message', NULL, 'user', NULL);
            ELSE
              PERFORM set_config('session_replication_role', 'replica', true);
              ${read('before')} ${byOwnPath(`${one} GET DIAGNOSTICS added_a = ROW_COUNT;`)}
            END IF;`;
    case 'truncate':
      return byOwnPath(`TRUNCATE ${records.name};`);
  }
}

function calling({ tables, calls, user }: ProofParts, read: Read): string {
  const { records, path } = tables;
  const ofPreset = `r.${records.preset} ${records.keys.equal} key_a`;
  const count = (into: string) =>
    byPath(path, `SELECT pg_catalog.count(*) INTO ${into} FROM ${records.name} r WHERE ${ofPreset};`);
  const call = (when: 'before' | 'after', place: number) => {
    const made = calls[when];
    return made === null
      ? `outcome := ${notPlayed("'there is no such function'")};`
      : `${statementOfUse(made, place)}`;
  };
  return `given := jsonb_set(given, '{calls}', coalesce(given->'called'->((key_a)::text), '[]'));
            IF given->>'claims' IS NOT NULL THEN
              PERFORM set_config('request.jwt.claims', given->>'claims', true);
              PERFORM set_config('request.jwt.claim.sub', coalesce((given->>'claims')::jsonb->>'sub', ''), true);
            END IF;
            ${read('before')} ${count('before_records')}
            IF phase = 'before' THEN ${call('before', 0)} ELSE ${call('after', 1)} END IF;
            ${count('own_records')} added_a := own_records - before_records;
            ${user === null ? '' : byPath(path, `SELECT CASE WHEN given OPERATOR(pg_catalog.->>) 'claims' IS NOT NULL THEN pg_catalog.bool_and(r.${user} IS NOT NULL) END INTO stored FROM ${records.name} r WHERE ${ofPreset} AND ${isOwnRecord};`)}`;
}

/** An INSERT of a record for each of `keys`; where it is one, `place` and `home` are where it is. */
function insertion({ insert, tables }: ProofParts, table: string, keys: readonly string[]): string {
  const columns = insert.values.map(({ target }) => target).join(', ');
  const rows = keys.map(
    (key, more) =>
      `(${insert.values.map((value, at) => recordValue(value, at, tables, key, 'given', `(nth OPERATOR(pg_catalog.+) ${more})`)).join(', ')})`,
  );
  const returning = keys.length === 1 ? ' RETURNING r.ctid, r.tableoid INTO place, home' : '';
  return `INSERT INTO ${table} AS r (${columns}) VALUES ${rows.join(', ')}${returning};`;
}

/** A value of the insert: the preset's key, or what the setting has for the `nth` record. */
function recordValue(
  { target, type }: UsageCall['values'][number],
  at: number,
  { records }: Tables,
  key: string,
  given = 'given',
  nth = 'nth',
): string {
  if (target === records.preset) return key;
  return `(((${given} OPERATOR(pg_catalog.->) 'rows') OPERATOR(pg_catalog.->) ${nth}) OPERATOR(pg_catalog.->>) ${at})::${inSchema(type)}`;
}
