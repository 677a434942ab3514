import { describe, expect, test } from 'vitest';
import { observe } from '../../source/counter/count-change.ts';
import { withoutLiterals } from '../../source/watch/redact-sql.ts';
import {
  activityOf,
  type EndedWork,
  endedWork,
  noSessions,
  rankWriters,
  type SeenSession,
  type SessionActivity,
  type SessionNames,
  weighWriter,
} from '../../source/watch/session-activity.ts';

const names: SessionNames = {
  tables: ['presets'],
  count: 'usage_count',
  records: ['preset_usage'],
  functions: ['track_preset_usage', 'bump_usage'],
};

describe('what a statement does', () => {
  test.each<[string, SessionActivity | null]>([
    ['UPDATE presets SET usage_count = usage_count + 1 WHERE id = $1', 'sets-count'],
    ['update "public"."presets" set "usage_count" = $1, "updated_at" = now() where "id" = $2', 'sets-count'],
    [
      'WITH pgrst_source AS (UPDATE "public"."presets" SET "usage_count" = "pgrst_body"."usage_count" FROM x) SELECT 1',
      'sets-count',
    ],
    [
      'INSERT INTO presets VALUES ($1) ON CONFLICT (id) DO UPDATE SET usage_count = presets.usage_count + 1',
      'sets-count',
    ],
    ['UPDATE ONLY presets AS p SET (name, usage_count) = ($1, $2)', 'sets-count'],
    ['UPDATE my_presets SET usage_count = 1', 'writes'],
    ['UPDATE presets SET name = $1 WHERE usage_count = 5', 'writes'],
    ['UPDATE presets SET name = $1', 'writes'],
    ['INSERT INTO public.preset_usage (preset_id) VALUES ($1)', 'inserts-records'],
    ['COPY preset_usage FROM STDIN', 'inserts-records'],
    ['DELETE FROM ONLY "preset_usage" WHERE created_at < $1', 'deletes-records'],
    ['TRUNCATE TABLE public.preset_usage', 'deletes-records'],
    ["SELECT track_preset_usage($1, 'generation')", 'calls'],
    ['SELECT "public"."bump_usage"($1)', 'calls'],
    ['COMMIT', 'commits'],
    ['SELECT * FROM presets ORDER BY usage_count DESC', null],
    ["SELECT 'UPDATE presets SET usage_count = 1'", null],
    ['-- UPDATE presets SET usage_count = 1\nSELECT 1 FROM presets', null],
    ['SELECT count(*) FROM preset_usage', null],
  ])('%s: %s', (query, activity) => {
    expect(activityOf({ query, wrote: false }, names)).toBe(activity);
  });

  test('is not known if the statement is hidden or says nothing, but that it wrote is', () => {
    expect(activityOf({ query: null, wrote: true }, names)).toBe('hidden');
    expect(activityOf({ query: null, wrote: false }, names)).toBeNull();
    expect(activityOf({ query: 'SELECT 1', wrote: true }, names)).toBe('writes');
  });
});

describe('what this console does', () => {
  const given = `DECLARE
  given jsonb := nullif(current_setting('preset_usage.given', true), '')::jsonb;`;
  const own = `
  own_role text := current_setting('role');
  own_xid xid := pg_current_xact_id()::xid;`;
  const block = (rest: string) => `DO $q1$\n#variable_conflict use_variable\n${given}${rest}`;

  // The server cuts a block long before its statements.
  test.each<[string, string, SessionActivity | null]>([
    ['a batch of a repair', block('\n  held jsonb;\n  used jsonb;'), 'repairs'],
    ['a real use', block(`${own}\n  before_count numeric; after_count numeric;`), 'makes-use'],
    ['a simulation', block(`${own}\n  answer jsonb := '{"found": false}';\n  before_count numeric;`), null],
    ['a simulation, cut early', block('\n  own_role text := current_set'), null],
    [
      'a repair that takes its lock',
      "SELECT pg_try_advisory_xact_lock(hashtext('preset-usage-console'), 1) AS mine",
      'repairs',
    ],
    ['a block of somebody else', 'DO $$ BEGIN DELETE FROM preset_usage; END $$', 'writes'],
    [
      'a statement with the same setting',
      "INSERT INTO preset_usage SELECT current_setting('preset_usage.given', true)",
      'inserts-records',
    ],
  ])('%s', (_, query, activity) => {
    expect(activityOf({ query, wrote: false }, names)).toBe(activity);
  });

  test('is a repair whatever its statement is, while it holds the lock of repairs', () => {
    for (const query of [null, 'SELECT 1'])
      expect(activityOf({ query, wrote: false, holdsRepairLock: true }, names)).toBe('repairs');
    expect(activityOf({ query: 'SELECT 1', wrote: false, holdsRepairLock: false }, names)).toBeNull();
  });

  test('is told without its block', () => {
    const session = { query: block(`${own}\n  before_count numeric;`), wrote: true } as SeenSession;
    const work = (over: Partial<SeenSession>) =>
      endedWork({ ...session, ...over }, { from: 1, to: 2 }, names);
    expect(work({})).toMatchObject({ activity: 'makes-use', text: null, from: 1, to: 2 });
    expect(work({ holdsRepairLock: true })).toMatchObject({ activity: 'repairs', text: null });
    expect(work({ query: 'UPDATE likes SET n = 1' })).toMatchObject({
      activity: 'writes',
      text: 'UPDATE likes SET n = 1',
    });
  });
});

test.each([
  ["UPDATE u SET password = 'hunter2' WHERE id = 7", "UPDATE u SET password = '?' WHERE id = 7"],
  ["SELECT 'it''s', E'it\\'s a secret', 1", "SELECT '?', '?', 1"],
  ["SELECT $$secret$$, $tag$more ' secrets$tag$, $1", "SELECT '?', '?', $1"],
  ['SELECT $a$one $b$two secrets$b$ three$a$, 1', "SELECT '?', 1"],
  ['SELECT $a$one $$two$$ three', "SELECT '?'"],
  [
    "SELECT 1 /* a /* b */ it's */, 'a secret', /* so */ 'another'",
    "SELECT 1 /* a /* b */ it's */, '?', /* so */ '?'",
  ],
  // The server cuts a statement at track_activity_query_size.
  ["UPDATE u SET note = 'a secret that is cu", "UPDATE u SET note = '?'"],
  ["UPDATE u SET note = E'a secret \\", "UPDATE u SET note = '?'"],
  ['SELECT $x$a secret that is cu', "SELECT '?'"],
  ["SELECT E'a secret that is cu", "SELECT '?'"],
  ["SELECT E'a\\ secret', 1", "SELECT '?', 1"],
  ["SELECT 'a secret' /* a comment /* that is 'cu", "SELECT '?' /* a comment /* that is 'cu"],
  [`UPDATE "it's" SET a = 'b' /* route:/api/use's */`, `UPDATE "it's" SET a = '?' /* route:/api/use's */`],
])('literals are removed from %s', (query, clean) => {
  expect(withoutLiterals(query)).toBe(clean);
});

describe('the ranking of writers', () => {
  const seen = (pid: number, query: string | null, more: Partial<SeenSession> = {}): SeenSession => ({
    pid,
    application: 'web',
    user: 'app',
    client: '10.0.0.5',
    state: 'idle',
    query,
    wrote: false,
    transactionFrom: null,
    queryFrom: pid,
    stateFrom: pid,
    ...more,
  });
  const work = (pid: number, query: string | null, more: Partial<SeenSession> = {}) =>
    endedWork(seen(pid, query, more), { from: pid, to: pid }, names);
  const figures = (usageCount: number, records: number) => ({
    id: 'a',
    name: '',
    usageCount,
    records,
    lastUsedAt: 0,
  });
  const change = (count: number, records: number) => observe(figures(10, 10), figures(count, records))!;
  const use = () => work(1, 'SELECT track_preset_usage($1)');
  const insert = () => work(2, 'INSERT INTO preset_usage VALUES ($1)');
  const byHand = (application = 'legacy-api') =>
    work(3, 'UPDATE presets SET usage_count = usage_count + 1 WHERE id = $1', { application });
  const remove = () => work(4, 'DELETE FROM preset_usage');
  const read = () => work(5, 'SELECT * FROM presets');
  const known = (ended: (EndedWork | null)[]) => ended.filter(each => each !== null);
  const never = () => ({ seen: 0, of: 0 });

  test.each<[string, number, number, string]>([
    ['a count without a record', 11, 10, 'sets-count'],
    ['a count that went down', 0, 10, 'sets-count'],
    ['a record that was not counted', 10, 11, 'inserts-records'],
    ['records that are gone', 10, 3, 'deletes-records'],
  ])('%s ranks the likeliest activity first', (_, count, records, activity) => {
    const all = known([use(), insert(), byHand(), remove(), read()]);
    const { seen } = rankWriters(all, { id: 'a', change: change(count, records), otherwise: never });
    expect(seen[0]?.activity).toBe(activity);
    // Whoever only read wrote nothing.
    expect(seen).toHaveLength(4);
  });

  test('groups sessions that did the same, and keeps only a few', () => {
    const crowd = Array.from({ length: 20 }, (_, pid) => work(100 + pid, 'SELECT track_preset_usage($1)'));
    const { seen, more } = rankWriters(known([...crowd, byHand()]), {
      id: 'a',
      change: change(11, 10),
      otherwise: never,
    });
    expect(seen.map(({ application, pids }) => [application, pids.length])).toEqual([
      ['legacy-api', 1],
      ['web', 20],
    ]);
    expect(more).toBe(0);
    const different = Array.from({ length: 9 }, (_, pid) =>
      work(pid, `UPDATE presets SET usage_count = ${pid}`),
    );
    expect(
      rankWriters(known(different), { id: 'a', change: change(11, 10), otherwise: never }),
    ).toMatchObject({ more: 4 });
  });

  test('ranks a client that always writes below one that is seen only at events', () => {
    const last = work(7, 'INSERT INTO preset_usage VALUES ($1)', { application: 'legacy-api' });
    const otherwise = ({ application }: { application: string }) => ({
      seen: application === 'web' ? 38 : 1,
      of: 40,
    });
    const { seen } = rankWriters(known([use(), last]), { id: 'a', change: change(11, 10), otherwise });
    expect(seen.map(({ application }) => application)).toEqual(['legacy-api', 'web']);
    // A statement that sets the count is a better lead still.
    const busy = rankWriters(known([byHand('web'), last]), {
      id: 'a',
      change: change(11, 10),
      otherwise: () => ({ seen: 40, of: 40 }),
    });
    expect(busy.seen[0]?.activity).toBe('sets-count');
  });

  test("ranks a statement with the preset's key above the same with another key", () => {
    const named = work(8, "UPDATE presets SET usage_count = 5 WHERE id = 'a-key'");
    const other = work(9, "UPDATE presets SET usage_count = 5 WHERE id = 'b-key'");
    const { seen } = rankWriters(known([other, named]), {
      id: 'a-key',
      change: change(11, 10),
      otherwise: never,
    });
    const query = "UPDATE presets SET usage_count = 5 WHERE id = '?'";
    expect(seen).toMatchObject([
      { namesPreset: true, query, pids: [8] },
      { namesPreset: false, query, pids: [9] },
    ]);
  });

  const ranked = (ended: (EndedWork | null)[], count: number, records: number) =>
    rankWriters(known(ended), { id: 'a', change: change(count, records), otherwise: never }).seen;

  test.each<[string, number, number, SessionActivity[]]>([
    [
      'a count without a record',
      11,
      10,
      ['sets-count', 'calls', 'inserts-records', 'deletes-records', 'writes', 'hidden', 'commits'],
    ],
    [
      'a count that went down, with a record more',
      9,
      11,
      ['sets-count', 'calls', 'inserts-records', 'deletes-records', 'writes', 'hidden', 'commits'],
    ],
    [
      'a use that was counted',
      11,
      11,
      ['sets-count', 'calls', 'inserts-records', 'deletes-records', 'writes', 'hidden', 'commits'],
    ],
    [
      'records that were not counted',
      11,
      13,
      ['inserts-records', 'calls', 'sets-count', 'deletes-records', 'writes', 'hidden', 'commits'],
    ],
    [
      'records that are gone',
      10,
      3,
      ['deletes-records', 'sets-count', 'calls', 'inserts-records', 'writes', 'hidden', 'commits'],
    ],
  ])('of %s has every activity in its place', (_, count, records, order) => {
    const writes = work(6, 'UPDATE likes SET n = 1');
    const hidden = work(7, null, { wrote: true });
    const commits = work(8, 'COMMIT');
    const ended = [commits, hidden, writes, remove(), insert(), use(), byHand()];
    expect(
      ranked(ended, count, records)
        .map(({ activity }) => activity)
        .slice(0, 5),
    ).toEqual(order.slice(0, 5));
    expect(ranked(ended.slice(0, 4), count, records).map(({ activity }) => activity)).toEqual(
      order.filter(each => ['commits', 'hidden', 'writes', 'deletes-records'].includes(each)),
    );
  });

  test.each<[string, number, number, string]>([
    [
      'a count without a record',
      11,
      10,
      'repairs sets-count calls inserts-records deletes-records makes-use writes hidden commits',
    ],
    [
      'records that were not counted',
      11,
      13,
      'repairs makes-use inserts-records calls sets-count deletes-records writes hidden commits',
    ],
    [
      'records that are gone',
      10,
      3,
      'repairs deletes-records sets-count calls inserts-records makes-use writes hidden commits',
    ],
  ])('of %s weighs this console before or after others as well', (_, count, records, order) => {
    const weigh = (activity: string) =>
      weighWriter(
        { ...ranked([byHand()], 11, 10)[0]!, namesPreset: false, activity: activity as SessionActivity },
        change(count, records),
      );
    expect(order.split(' ').map(weigh)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('has no more than five, and says how many more there were', () => {
    const many = Array.from({ length: 9 }, (_, pid) =>
      work(pid, 'UPDATE presets SET usage_count = 5', { application: `app ${pid}` }),
    );
    const found = rankWriters(known(many), { id: 'a', change: change(11, 10), otherwise: never });
    expect(found.seen).toHaveLength(5);
    expect(found.more).toBe(4);
    // The latest first where nothing else tells.
    expect(found.seen.map(({ application }) => application)).toEqual(
      [8, 7, 6, 5, 4].map(pid => `app ${pid}`),
    );
  });

  test('has each process once, from its first work to its last', () => {
    const [group] = ranked(
      [5, 3, 9, 5, 3].map(pid => work(pid, 'DELETE FROM preset_usage')),
      10,
      3,
    );
    expect(group).toMatchObject({ pids: [5, 3, 9], from: 3, to: 9 });
  });

  test('lets a client fall in proportion to how often it writes otherwise', () => {
    const order = (seen: number) =>
      rankWriters(known([byHand('often'), { ...use()!, application: 'seldom' }]), {
        id: 'a',
        change: change(11, 10),
        otherwise: ({ application }) => ({ seen: application === 'often' ? seen : 0, of: 40 }),
      }).seen.map(({ application }) => application);
    // By hand is one rank above a call, and whoever always writes falls by three.
    expect(order(13)).toEqual(['often', 'seldom']);
    expect(order(14)).toEqual(['seldom', 'often']);
  });

  test('names no statement where there is none, nor one that only ended a transaction', () => {
    const text = (query: string | null) => work(1, query, { wrote: true })?.text;
    expect(text(null)).toBeNull();
    expect(text('COMMIT')).toBe('COMMIT');
    expect(work(1, '  commit  ')?.text).toBeNull();
    expect(work(1, 'SELECT commit FROM log')).toBeNull();
    expect(text(" UPDATE  u\n SET a = 'b' ")).toBe("UPDATE u SET a = '?'");
    expect(work(1, 'SELECT 1')).toBeNull();
  });

  test('cuts a statement that is longer than 400 characters', () => {
    const text = (length: number) => work(1, `UPDATE u${' '.repeat(7)}${'x'.repeat(length - 9)}`)?.text;
    expect(text(400)).toBe(`UPDATE u ${'x'.repeat(391)}`);
    expect(text(401)).toBe(`UPDATE u ${'x'.repeat(388)}...`);
  });
});

test('no sessions are none, and nothing stood between them and the server', () => {
  expect(noSessions).toEqual({ seen: [], more: 0, hidden: 0, direct: true });
});

test('functions are known in capitals too, and names are looked for anew when they change', () => {
  const calls = (query: string, functions: string[]) =>
    activityOf({ query, wrote: false }, { ...names, functions });
  expect(calls('select TRACK_PRESET_USAGE (1)', ['track_preset_usage'])).toBe('calls');
  expect(calls('SELECT other(1)', ['track_preset_usage'])).toBeNull();
  expect(calls('SELECT other(1)', ['other'])).toBe('calls');
});

test('several tables and functions are known, by any name', () => {
  const odd: SessionNames = {
    tables: ['plan+seats', 'plans'],
    count: 'seats (used)',
    records: ['seat-log', 'seat/old'],
    functions: ['take_seat', 'give_seat'],
  };
  const statements: [string, SessionActivity | null][] = [
    ['UPDATE "plan+seats" SET "seats (used)" = 1', 'sets-count'],
    ['UPDATE app.plans SET "seats (used)" = 1', 'sets-count'],
    ['UPDATE all_plans SET "seats (used)" = 1', 'writes'],
    ['UPDATE plans SET seats = 1', 'writes'],
    ['INSERT INTO "seat-log" VALUES (1)', 'inserts-records'],
    ['COPY "seat/old" FROM STDIN', 'inserts-records'],
    ['INSERT INTO likes VALUES (1)', 'writes'],
    ['DELETE/* all */FROM "seat-log"', 'deletes-records'],
    ['DELETE FROM likes', 'writes'],
    ['SELECT give_seat(1)', 'calls'],
    ['SELECT take_seat(1)', 'calls'],
    ['SELECT seat(1)', null],
  ];
  expect(statements.map(([query]) => [query, activityOf({ query, wrote: false }, odd)])).toEqual(statements);
});
