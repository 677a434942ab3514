import * as z from 'zod/mini';
import { applicationName, givenSetting, repairKey } from '../config/operation-marks.ts';
import { keysEqual } from '../counter/operators.ts';
import type { SeenSession, SessionNames } from './session-activity.ts';

/** The server's sessions at one point in time. */
export interface SessionSample {
  /** Those working on the tables, without the console's own. */
  sessions: SeenSession[];
  /** The number of sessions of this database whose state and statement this role may not see. */
  hidden: number;
  /** The server's clock in milliseconds since 1970. */
  now: number;
  /** How many wait for a row that another transaction has written, by a statement that names the tables. */
  waiting: number;
  /** The row that most of them wait for; null where the server does not tell. */
  awaited: AwaitedRow | null;
}

/** A version of a row. */
export interface AwaitedRow {
  /** The oid of its table, which may be a partition. */
  table: number;
  ctid: string;
}

/** What a read of the sessions needs. */
export interface Sampling {
  names: SessionNames;
  /** The server's clock at the previous read, in milliseconds since 1970; null before the first. */
  since: number | null;
}

const time = z.nullable(z.number());
const sample = z.object({
  now: z.number(),
  hidden: z.number(),
  waiting: z.number(),
  awaited: z.nullable(z.object({ table: z.number(), ctid: z.string() })),
  sessions: z.array(
    z.object({
      pid: z.number(),
      application: z.string(),
      user: z.string(),
      client: z.nullable(z.string()),
      state: z.nullable(z.string()),
      query: z.nullable(z.string()),
      wrote: z.boolean(),
      transactionFrom: time,
      queryFrom: time,
      stateFrom: time,
      own: z.boolean(),
      holdsRepairLock: z.boolean(),
    }),
  ),
});

// A server may keep up to a megabyte of each statement (track_activity_query_size).
const longestQuery = 2_000;
// In milliseconds: how far the first read looks back.
const firstStretch = 10_000;

const milliseconds = (column: string) => `extract(epoch FROM ${column}) OPERATOR(pg_catalog.*) 1000`;

const writesOfConsole = `${givenSetting.replace('.', '[.]')}|${applicationName}`;

// A repair holds a lock of two numbers until it ends, and each batch one of one number, which pg_locks splits into halves. A
// subquery of its own, so that the server lists its locks at most once, and only if a session may hold one.
const half = 'OPERATOR(pg_catalog.&) 4294967295';
const lockHolders = `SELECT l.pid FROM pg_catalog.pg_locks l, (SELECT pg_catalog.${repairKey}::pg_catalog.int8 AS key) k
  WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted
    AND CASE l.objsubid WHEN 2 THEN l.classid::pg_catalog.int8 OPERATOR(pg_catalog.=) (k.key ${half}) AND l.objid::pg_catalog.int8 OPERATOR(pg_catalog.=) 1
                        ELSE l.classid::pg_catalog.int8 OPERATOR(pg_catalog.=) ((k.key OPERATOR(pg_catalog.>>) 32) ${half})
                             AND l.objid::pg_catalog.int8 OPERATOR(pg_catalog.=) (k.key ${half}) END
    AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;
const mayHoldLock = `(coalesce(a.application_name OPERATOR(pg_catalog.=) '${applicationName}', false) AND coalesce(a.state OPERATOR(pg_catalog.<>) 'idle', true))
                   OR (h.hidden AND a.backend_xid IS NOT NULL)`;

// Where one of them is: whoever waits for a row holds or wants the lock on it, but not if its transaction refers to the row by a foreign
// key. The server lists its locks only if somebody waits for such a lock.
const awaitedRow = (
  counted: string,
) => `SELECT pg_catalog.json_build_object('table', w.relation::pg_catalog.int8, 'ctid', pg_catalog.format('(%s,%s)', w.page, w.tuple))
  FROM (SELECT l.relation, l.page, l.tuple FROM pg_catalog.pg_locks l
         WHERE l.locktype OPERATOR(pg_catalog.=) 'tuple'
           AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
           AND (l.relation OPERATOR(pg_catalog.=) ${counted}::pg_catalog.regclass
                OR EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(l.relation) a WHERE a.relid OPERATOR(pg_catalog.=) ${counted}::pg_catalog.regclass))
         GROUP BY 1, 2, 3 HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1 ORDER BY pg_catalog.count(*) DESC LIMIT 1) w`;

/**
 * A scalar subquery with the sessions of this database that may have written since `$since`, as JSON. Those are sessions
 * whose transaction has written, those that hold the lock of repairs, and those whose running or last statement names the
 * tables or a counting function, or ends a transaction. A transaction caches pg_stat_activity when it first reads it, so the cache is cleared first: the
 * sessions must not be older than the snapshot. The console's own sessions are recognised by role, address and application
 * name, which a pooler passes on; those of another process on this machine look alike, so what repairs or makes a use is
 * kept. `counted` is the table with the count: sessions that wait for one of its rows are counted.
 */
export function sessionsColumn(since: string, words: string, counted: string): string {
  return `(SELECT pg_catalog.json_build_object(
      'now', ${milliseconds('pg_catalog.clock_timestamp()')}, 'hidden', pg_catalog.count(*) FILTER (WHERE hidden),
      'waiting', pg_catalog.count(*) FILTER (WHERE NOT hidden AND awaited OPERATOR(pg_catalog.=) ANY (ARRAY['tuple', 'transactionid']) AND query OPERATOR(pg_catalog.~*) ${words}),
      'awaited', CASE WHEN pg_catalog.count(*) FILTER (WHERE awaited OPERATOR(pg_catalog.=) 'tuple') OPERATOR(pg_catalog.>) 0 THEN (${awaitedRow(counted)}) END,
      'sessions', coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('pid', pid, 'application', application, 'user', "user", 'client', client, 'state', state,
         'query', query, 'wrote', wrote, 'transactionFrom', ${milliseconds('xact_start')}, 'queryFrom', ${milliseconds('query_start')},
         'stateFrom', ${milliseconds('state_change')}, 'own', own, 'holdsRepairLock', holds_lock))
        FILTER (WHERE wrote OR holds_lock OR (NOT hidden
          AND (state OPERATOR(pg_catalog.<>) 'idle'
               OR state_change OPERATOR(pg_catalog.>=) pg_catalog.to_timestamp(${since}::double precision OPERATOR(pg_catalog./) 1000))
          AND (query OPERATOR(pg_catalog.~*) ${words} OR query OPERATOR(pg_catalog.~*) '^\\s*(commit|end)\\M'))), '[]'))::pg_catalog.text
    FROM (SELECT a.pid, coalesce(a.application_name, '') AS application, pg_catalog.pg_get_userbyid(a.usesysid)::pg_catalog.text AS "user",
                 pg_catalog.host(a.client_addr) AS client, a.state, CASE WHEN NOT h.hidden THEN pg_catalog.left(a.query, ${longestQuery}) END AS query,
                 h.hidden, a.backend_xid IS NOT NULL AS wrote, a.xact_start, a.query_start, a.state_change, o.own,
                 l.holds_lock, a.wait_event AS awaited
      FROM (SELECT (pg_catalog.pg_stat_clear_snapshot() IS NULL) AS cleared OFFSET 0) x
      CROSS JOIN LATERAL pg_catalog.pg_stat_get_activity(CASE WHEN x.cleared IS NULL THEN 0 END) a
      CROSS JOIN LATERAL (SELECT a.state IS NULL AND coalesce(a.query OPERATOR(pg_catalog.=) '<insufficient privilege>', false) AS hidden) h
      CROSS JOIN LATERAL (SELECT coalesce(a.application_name OPERATOR(pg_catalog.=) pg_catalog.current_setting('application_name'), false) AND a.application_name OPERATOR(pg_catalog.<>) ''
                AND pg_catalog.pg_get_userbyid(a.usesysid) OPERATOR(pg_catalog.=) session_user
                AND ${keysEqual('a.client_addr', 'pg_catalog.inet_client_addr()')} AS own) o
      CROSS JOIN LATERAL (SELECT (${mayHoldLock}) AND a.pid OPERATOR(pg_catalog.=) ANY (ARRAY(${lockHolders})) AS holds_lock) l
     WHERE a.datid OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
       AND a.usesysid IS NOT NULL AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
       AND coalesce(a.backend_type OPERATOR(pg_catalog.<>) 'parallel worker', true)
       AND (NOT o.own OR l.holds_lock OR coalesce(a.query OPERATOR(pg_catalog.~) '${writesOfConsole}', false))) s)`;
}

/** The parameters of `sessionsColumn`: the time `since`, and the pattern of names. */
export function sessionsParameters({ names, since }: Sampling): [number, string] {
  const words = [...names.tables, ...names.records, ...names.functions];
  const pattern = [...new Set(words)].map(word => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return [since ?? Date.now() - firstStretch, `(${pattern})`];
}

/** Parses what `sessionsColumn` returns. */
export function toSample(json: string): SessionSample {
  return sample.parse(JSON.parse(json));
}
