import * as z from 'zod/mini';
import { dollarQuote, givenSetting, resultSetting } from '../../connection/block-settings.ts';
import { byOwnPath, byPath, inSchema } from '../../connection/search-path.ts';
import type { Column } from '../../counter/discovery/find-column.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { type Relations, recordSource } from '../../counter/discovery/truth.ts';
import { truthOf } from '../../counter/reading/counters.ts';
import type { RecordColumn } from '../records/record-facts.ts';
import { type StepName, stepNames } from '../steps/counter-steps.ts';
import { allOf, isValue } from './is-value.ts';
import { isOwnRecord, raisingFunction, serverMessage, sumSoFar } from './simulation-block.ts';

/** A statement on one record. Its values are in the setting. */
export interface StepStatement {
  kind: 'insert' | 'update' | 'delete';
  columns: readonly Pick<RecordColumn, 'name' | 'quoted' | 'type'>[];
  /** The values of `columns`, as text. */
  values: readonly (string | null)[];
  /** The column that 1 is added to, instead. */
  increased?: string;
}

/** A step: what is done to which of the records that the simulation makes. */
export interface PlannedStep {
  step: StepName;
  /** Which of the records: 0, 1 or 2. */
  record: number;
  /** Ways to do it, each tried where the one before it failed. */
  ways: readonly StepStatement[];
  /** Which of the rows the record belongs to afterwards. */
  row: 0 | 1;
  /** A step without which this one cannot be done. */
  needs: StepName | null;
}

/** Everything that a block of steps is made from. */
export interface StepsSubject {
  tables: Tables;
  relations: Relations;
  /** The columns of the records that refer to the row, or to the table between. */
  references: readonly Column[];
  /** The columns of the records' primary key; empty without one. */
  key: readonly Column[];
  /** The rows, by their keys; the second only if there is a move. */
  rows: readonly (readonly string[])[];
  /** What a record of each row holds in `references`. */
  refersTo: readonly (readonly (string | null)[])[];
  steps: readonly PlannedStep[];
}

const text = z.nullable(z.string());
const answer = z.object({
  /** False if a row is gone, or this role may not see it. */
  found: z.boolean(),
  steps: z.array(
    z.object({
      step: z.enum(stepNames),
      /** The number of records that the statement changed, that it inserted, and that are there now and may be the one. */
      affected: z.number(),
      inserted: z.number(),
      made: z.number(),
      /** Whether the row's time moved; null if it has none. */
      touched: z.nullable(z.boolean()),
      counted: z.array(
        z.object({
          before: text,
          after: text,
          change: z.string(),
          expected: z.string(),
          right: z.boolean(),
          /** Whether the count is that of the records now, also if it changed by another number. */
          accurate: z.boolean(),
        }),
      ),
    }),
  ),
  failures: z.array(
    z.object({
      step: z.enum(stepNames),
      message: serverMessage,
      code: z.string(),
      constraint: text,
      where: raisingFunction,
    }),
  ),
  error: z.nullable(z.object({ message: serverMessage, code: z.string() })),
  waited: z.nullable(z.number()),
  held: z.nullable(z.number()),
});

/** What a block of steps returns. */
export type StepsAnswer = z.infer<typeof answer>;

/** Parses what `stepsBlock` leaves in its setting. */
export function toStepsAnswer(result: string): StepsAnswer {
  return answer.parse(JSON.parse(result));
}

/** The values that `stepsBlock` reads from its setting. `claims` are those of the token, by record. */
export function stepsValues(
  { rows, refersTo, steps, key }: StepsSubject,
  { claims, role, path }: { claims: readonly (object | null)[]; role: string | null; path: string },
): string {
  const keyOf = ({ kind, columns, values }: StepStatement) => {
    const given = key.map(({ name }) => values[columns.findIndex(each => each.name === name)] ?? null);
    return kind === 'insert' && given.length > 0 && !given.includes(null) ? given : null;
  };
  return JSON.stringify({
    path,
    role,
    claims: claims.map(each => each && JSON.stringify(each)),
    rows,
    refersTo,
    values: steps.map(({ ways }) => ways.map(({ values }) => values)),
    keys: steps.map(({ ways }) => ways.map(keyOf)),
  });
}

const arrow = 'OPERATOR(pg_catalog.->)';
const equals = 'OPERATOR(pg_catalog.=)';

/** The text at a place in the setting. */
function given(...path: readonly (string | number)[]): string {
  const keys = path.map(key => (typeof key === 'number' ? key : `'${key}'`));
  const last = keys.pop();
  return `(given ${keys.map(key => `${arrow} ${key} `).join('')}OPERATOR(pg_catalog.->>) ${last})`;
}

/** The conditions of a counter's rows and records, by the place of the row in the setting. */
function conditionsOf({ tables, relations, references }: StepsSubject) {
  const { presets, records, definition } = tables;
  const { row, via } = relations;
  const columnOf = (table: { columns: readonly Column[] }, name: string) =>
    table.columns.flatMap(column => (column.name === name ? [column] : []));
  const keys = definition.row.key.flatMap(name => columnOf(row, name));
  const viaKeys = via ? (definition.via?.row ?? []).flatMap(name => columnOf(via, name)) : [];
  const value = (n: number, place: number) => given('rows', n, place);
  return {
    order: keys.map(({ quoted }) => `p.${quoted}`),
    isRow: (alias: string, n: number) =>
      allOf(keys.map((column, place) => isValue(alias, column, value(n, place)))),
    isVia: (n: number) => allOf(viaKeys.map((column, place) => isValue('v', column, value(n, place)))),
    refersTo: (n: number) =>
      allOf(references.map((column, place) => isValue('r', column, given('refersTo', n, place)))),
    isOf: (n: number) =>
      records.pairs === null
        ? `r.${records.preset} ${records.keys.equal} ${value(n, 0)}::${presets.keyType}`
        : allOf(
            records.pairs.map(({ reference, operators }, place) => {
              const type = keys[place] ? inSchema(keys[place].plainType) : 'pg_catalog.text';
              return `r.${reference} ${operators.equal} ${value(n, place)}::${operators.type ?? type}`;
            }),
          ),
  };
}

/**
 * A block that does the steps one after the other, and reads around each what the count is and what the record counts for. It runs in
 * one round trip, so the rows are held only while the server works. A step that fails leaves nothing, and the next goes on. All
 * values come from a setting of the transaction; if it is missing, this is another transaction, and the block does nothing.
 */
export function stepsBlock(subject: StepsSubject): string {
  const { tables, relations, rows, steps } = subject;
  const { presets, path } = tables;
  const conditions = conditionsOf(subject);
  const { isRow, isVia, order } = conditions;
  const held = rows.map((_, n) => `(${isRow('p', n)})`).join(' OR ');
  const viaHeld = rows.map((_, n) => `(${isVia(n)})`).join(' OR ');
  const quote = dollarQuote();
  return `DO ${quote}
#variable_conflict use_variable
DECLARE
  given jsonb := nullif(current_setting('${givenSetting}', true), '')::jsonb;
  own_role text := current_setting('role');
  own_xid xid := pg_current_xact_id()::xid;
  answer jsonb := '{"found": false, "steps": [], "failures": [], "error": null, "waited": null, "held": null}';
  failed jsonb;
  finished text[] := '{}';
  started timestamptz := clock_timestamp();
  locked timestamptz;
  in_tables oid[] := ARRAY[NULL, NULL, NULL]::oid[];
  places tid[] := ARRAY[NULL, NULL, NULL]::tid[];
  keys jsonb[] := ARRAY[NULL, NULL, NULL]::jsonb[];
  made_table oid; made_place tid; made_key jsonb; wanted jsonb;
  taken integer; affected bigint; inserted bigint; made bigint; held_rows bigint;
  before_0 numeric; after_0 numeric; part_0 numeric; expected_0 numeric; accurate_0 boolean;
  before_1 numeric; after_1 numeric; part_1 numeric; expected_1 numeric; accurate_1 boolean;
  before_time ${presets.lastUsedType ?? 'timestamptz'}; after_time ${presets.lastUsedType ?? 'timestamptz'}; touched boolean;
  words text; code text; named text; stack text;
BEGIN
  IF given IS NULL THEN RETURN; END IF;
  -- What a rolled-back step warns of is shown to the person who asked for it, and does not belong in the server's log.
  PERFORM set_config('client_min_messages', 'notice', true);
  BEGIN
    PERFORM set_config('log_min_messages', 'error', true);
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  BEGIN
    -- The rows are locked first, in the order of their keys, so that nobody else can come between two reads of a count.
    ${byPath(
      path,
      `PERFORM 1 FROM ${presets.name} p WHERE ${held}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''} FOR NO KEY UPDATE;
    GET DIAGNOSTICS held_rows = ROW_COUNT;${
      relations.via ? `\n    PERFORM 1 FROM ${relations.via.name} v WHERE ${viaHeld} FOR NO KEY UPDATE;` : ''
    }`,
    )}
    IF held_rows = ${rows.length} THEN
      locked := clock_timestamp();
      answer := answer || jsonb_build_object('found', true);
      -- From here on others may wait for this transaction. Below deadlock_timeout, it gives up before they have to.
      PERFORM set_config('lock_timeout', '250ms', true);
      <<steps>>
      BEGIN${steps.map((step, at) => stepOf(subject, conditions, step, at)).join('')}
      END;
    END IF;
  EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
    GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
    answer := answer || jsonb_build_object('error', jsonb_build_object('message', left(words, 4000), 'code', code));
  END;
  PERFORM set_config('role', own_role, true);
  answer := answer || jsonb_build_object('waited', extract(epoch FROM coalesce(locked, clock_timestamp()) - started) * 1000,
    'held', extract(epoch FROM clock_timestamp() - locked) * 1000);
  PERFORM set_config('${resultSetting}', answer::text, true);
END
${quote}`;
}

const obstacles = "'57014', '55P03', '40P01'";

function stepOf(
  subject: StepsSubject,
  conditions: ReturnType<typeof conditionsOf>,
  { step, record, ways, row, needs }: PlannedStep,
  at: number,
): string {
  const { tables, relations, key } = subject;
  const { presets, records, path } = tables;
  const place = record + 1;
  const { isRow, isOf } = conditions;
  const rows = row === 1 ? [0, 1] : [0];
  const counted = recordSource(
    tables.definition,
    relations,
    `r.tableoid ${equals} in_tables[${place}] AND r.ctid ${equals} places[${place}]`,
  ).counted;
  const count = (when: 'before' | 'after') =>
    rows
      .map(
        n =>
          `SELECT p.${presets.count}${n === 0 && presets.lastUsed ? `, p.${presets.lastUsed}` : ''} INTO ${when}_${n}${n === 0 && presets.lastUsed ? `, ${when}_time` : ''} FROM ${presets.rows} p WHERE ${isRow('p', n)};
        SELECT ${records.aggregate} INTO ${when === 'before' ? 'part' : 'expected'}_${n} FROM ${counted} r WHERE ${isOf(n)};`,
      )
      .join('\n        ');
  const change = (n: number) => `coalesce(after_${n}, 0) - coalesce(before_${n}, 0)`;
  // The sum of binary fractions is as near as the type allows.
  const right = (n: number) =>
    presets.countKind === 'float'
      ? `coalesce(abs(${change(n)} - expected_${n}) <= 1e-9 * greatest(1, abs(after_${n})), false)`
      : `coalesce(${change(n)} = expected_${n}, false)`;
  // A count that changed by another number may have been counted anew.
  const isAccurate = (n: number) =>
    `accurate_${n} := ${right(n)};
          IF NOT accurate_${n} THEN ${byPath(
            path,
            `SELECT coalesce(after_${n}, 0) OPERATOR(pg_catalog.=) (${truthOf(tables)}) INTO accurate_${n} FROM ${presets.rows} p WHERE ${isRow('p', n)};`,
          )} END IF;`;
  const usedType = presets.lastUsedType ?? 'timestamptz';
  const touched = presets.lastUsed
    ? `coalesce(after_time > before_time OR (before_time IS NULL AND after_time IS NOT NULL) OR after_time >= transaction_timestamp()::${usedType}, false)`
    : 'NULL';
  const ready = [
    ...(ways[0]?.kind === 'insert' ? [] : [`in_tables[${place}] IS NOT NULL`]),
    ...(needs === null ? [] : [`'${needs}' = ANY (finished)`]),
  ];
  const setsKey = key.some(({ name }) =>
    ways.some(({ columns }) => columns.some(each => each.name === name)),
  );
  const isInsert = ways[0]?.kind === 'insert';
  return `
      IF ${ready.length > 0 ? ready.join(' AND ') : 'true'} THEN
        taken := NULL; affected := 0; made := 0; failed := NULL;
        ${byPath(path, count('before'))}
        FOR way IN 1..${ways.length} LOOP
          -- For each way anew: the server goes on counting what a failed one inserted.
          inserted := ${sumSoFar('inserted', records.oid)};
          BEGIN
            -- As at the beginning of a new transaction: constraints that were checked immediately are deferred again.
            SET CONSTRAINTS ALL DEFERRED;
            IF given->'claims'->>${record} IS NOT NULL THEN
              PERFORM set_config('request.jwt.claims', given->'claims'->>${record}, true);
              PERFORM set_config('request.jwt.claim.sub', coalesce((given->'claims'->>${record})::jsonb->>'sub', ''), true);
            END IF;
            IF given->>'role' IS NOT NULL THEN PERFORM set_config('role', given->>'role', true); END IF;
            CASE way${ways.map((way, n) => `\n              WHEN ${n + 1} THEN ${byOwnPath(`${statementOf(subject, way, record, [at, n])};\n              GET DIAGNOSTICS affected = ROW_COUNT;\n              SET CONSTRAINTS ALL IMMEDIATE;`)}`).join('')}
            END CASE;
            PERFORM set_config('role', own_role, true);
            taken := way - 1;
            EXIT;
          EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
            GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, code = RETURNED_SQLSTATE, named = CONSTRAINT_NAME, stack = PG_EXCEPTION_CONTEXT;
            -- Of several ways, what stopped the first is told: the others are less natural.
            failed := CASE WHEN failed IS NULL OR code IN (${obstacles}) THEN jsonb_build_object('step', '${step}', 'message', left(words, 4000),
              'code', code, 'constraint', nullif(named, ''), 'where', left(stack, 20000)) ELSE failed END;
            EXIT WHEN code IN (${obstacles});
          END;
        END LOOP;
        IF taken IS NULL THEN
          answer := jsonb_set(answer, '{failures}', answer->'failures' || failed);
          -- Another session is in the way: further steps would show nothing.
          EXIT steps WHEN code IN (${obstacles});
        ELSE
          inserted := ${sumSoFar('inserted', records.oid)} - inserted;${
            ways[0]?.kind === 'delete'
              ? ''
              : `
          wanted := ${isInsert ? `nullif(given->'keys'->${at}->taken, 'null')` : setsKey ? 'NULL' : `keys[${place}]`};
          ${byPath(path, findRecord(subject, conditions, record, row))}`
          }
          ${byPath(path, count('after'))}
          ${rows.map(n => `expected_${n} := expected_${n} - part_${n};`).join('\n          ')}
          ${rows.map(isAccurate).join('\n          ')}
          touched := ${touched};
          finished := finished || '${step}'::text;
          answer := jsonb_set(answer, '{steps}', answer->'steps' || jsonb_build_object('step', '${step}', 'affected', affected, 'inserted', inserted, 'made', made,
            'touched', touched, 'counted', jsonb_build_array(${rows
              .map(
                n =>
                  `jsonb_build_object('before', before_${n}::text, 'after', after_${n}::text, 'change', (${change(n)})::text, 'expected', expected_${n}::text, 'right', ${right(n)}, 'accurate', coalesce(accurate_${n}, false))`,
              )
              .join(', ')})));
        END IF;
      END IF;`;
}

/** Statements that look for the record after a step: a role that may insert may be unable to read what it inserted. */
function findRecord(
  { tables, key }: StepsSubject,
  { refersTo }: ReturnType<typeof conditionsOf>,
  record: number,
  row: number,
): string {
  const others = [0, 1, 2]
    .filter(other => other !== record)
    .map(
      other =>
        `(r.tableoid ${equals} in_tables[${other + 1}] AND r.ctid ${equals} places[${other + 1}]) IS NOT TRUE`,
    );
  const isWanted = key.map((column, place) =>
    isValue('r', column, `(wanted OPERATOR(pg_catalog.->>) ${place})`),
  );
  const keyOf = key.map(({ quoted }) => `r.${quoted}::pg_catalog.text`);
  return `FOR made_table, made_place, made_key IN SELECT r.tableoid, r.ctid, ${
    key.length > 0 ? `pg_catalog.jsonb_build_array(${keyOf.join(', ')})` : 'NULL::pg_catalog.jsonb'
  } FROM ${tables.records.name} r
            WHERE ${refersTo(row)}${key.length > 0 ? ` AND (wanted IS NULL OR ${allOf(isWanted)})` : ''} AND ${isOwnRecord} AND ${others.join(' AND ')}
            ORDER BY ${key.length === 1 ? `r.${key[0]?.quoted}` : 'r.ctid DESC'} LOOP
            -- A trigger may have changed others too: the last is the most likely to be the new one.
            made := made OPERATOR(pg_catalog.+) 1;
            in_tables[${record + 1}] := made_table; places[${record + 1}] := made_place; keys[${record + 1}] := made_key;
          END LOOP;`;
}

function statementOf(
  { tables, key }: StepsSubject,
  { kind, columns, increased }: StepStatement,
  record: number,
  [step, way]: readonly [number, number],
): string {
  const { name } = tables.records;
  const value = (place: number) =>
    `${given('values', step, way, place)}::${inSchema(columns[place]?.type ?? 'text')}`;
  if (kind === 'insert') {
    if (columns.length === 0) return `INSERT INTO ${name} DEFAULT VALUES`;
    return `INSERT INTO ${name} (${columns.map(({ quoted }) => quoted).join(', ')}) VALUES (${columns.map((_, place) => value(place)).join(', ')})`;
  }
  const place = record + 1;
  const isRecord =
    key.length > 0
      ? allOf(
          key.map((column, at) => isValue('r', column, `(keys[${place}] OPERATOR(pg_catalog.->>) ${at})`)),
        )
      : `r.tableoid ${equals} in_tables[${place}] AND r.ctid ${equals} places[${place}]`;
  if (kind === 'delete') return `DELETE FROM ${name} r WHERE ${isRecord}`;
  const changes = columns.map(({ quoted }, at) => `${quoted} = ${value(at)}`);
  if (increased !== undefined) changes.push(`${increased} = r.${increased} OPERATOR(pg_catalog.+) 1`);
  return `UPDATE ${name} r SET ${changes.join(', ')} WHERE ${isRecord}`;
}
