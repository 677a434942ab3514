import { describe, expect, test } from 'vitest';
import { explainUse, limitsUsesOf } from '../../source/simulation/explain-use.ts';
import { formatUse } from '../../source/simulation/format-use.ts';
import { findingsOfUser, type RealUse, resultOf } from '../../source/simulation/real-use.ts';
import { explainCircumstances, isSound, type UseContext } from '../../source/simulation/simulation.ts';
import { isConfirmed, type UseFailure, type UseResult } from '../../source/simulation/use-result.ts';
import { judgeTrigger } from '../../source/trigger/health.ts';
import { defined } from '../helpers/definitions.ts';
import { catalog, counter } from '../trigger/catalogs.ts';

const use = (over: Partial<UseResult> = {}): UseResult => ({
  before: 3,
  after: 4,
  increment: 1,
  recordsAdded: 1,
  recordsUpdated: 0,
  lastUsedAtMoved: true,
  ...over,
});
const failure = (over: Partial<UseFailure> = {}): UseFailure => ({
  path: 'insert',
  use: 1,
  message: 'no',
  code: 'P0001',
  constraint: null,
  where: null,
  column: null,
  table: null,
  ...over,
});
const healthy = judgeTrigger(catalog());
const sick = judgeTrigger(catalog({}, counter({ enabled: 'D' })));

const definition = defined({
  row: { table: 'presets', count: 'usage_count', touched: 'last_used_at' },
  record: { table: 'preset_usage', reference: ['preset_id'] },
});

const explain = (over: Partial<Parameters<typeof explainUse>[0]>) =>
  explainUse({
    path: 'track_preset_usage',
    uses: [use(), use()],
    failures: [],
    health: healthy,
    replicationRole: 'origin',
    definition,
    ...over,
  });
/** As `code: message`; what is not a finding of the catalog is an error. */
const told = (over: Parameters<typeof explain>[0]) =>
  explain(over).map(({ code, severity, message }) => {
    if (!over.health?.findings.some(finding => finding.code === code)) expect(severity).toBe('error');
    return `${code}: ${message}`;
  });
const hints = (over: Parameters<typeof explain>[0]) => explain(over).map(({ hint }) => hint);

describe('a use is confirmed', () => {
  test('by two of them, each of one count, one record and a newer last use', () => {
    expect(isConfirmed([use(), use()])).toBe(true);
    expect(isConfirmed([use(), use({ lastUsedAtMoved: null })])).toBe(true);
    for (const odd of [{ increment: 2 }, { recordsAdded: 0 }, { lastUsedAtMoved: false }]) {
      expect(isConfirmed([use(), use(odd)])).toBe(false);
    }
    expect(isConfirmed([use()])).toBe(false);
    expect(told({})).toEqual([]);
  });

  test('and a real one is reported in the same words', () => {
    const real = {
      preset: 'a',
      records: ['1'],
      versions: ['7'],
      before: null,
      after: 1,
      lastUsedBefore: null,
      lastUsedAfter: null,
    };
    expect(resultOf(real)).toEqual({
      before: null,
      after: 1,
      increment: 1,
      recordsAdded: 1,
      recordsUpdated: null,
      lastUsedAtMoved: null,
    });
    expect(resultOf({ ...real, before: 3, after: 5 }).increment).toBe(2);
    expect(resultOf({ ...real, after: null, lastUsedAfter: 'x' })).toMatchObject({
      increment: 0,
      lastUsedAtMoved: true,
    });
    expect(resultOf({ ...real, lastUsedBefore: 'x', lastUsedAfter: 'x' }).lastUsedAtMoved).toBe(false);
    expect(
      resultOf({ ...real, lastUsedBefore: 'x', lastUsedAfter: 'x', lastUsedMoved: true }).lastUsedAtMoved,
    ).toBe(true);
  });
});

test('the names are those of the database', () => {
  const spelled = defined({
    row: { table: 'Preset', count: 'usageCount', touched: 'lastUsedAt' },
    record: { table: 'PresetUsage', reference: ['presetId'] },
  });
  const of = (over: Parameters<typeof told>[0]) => told({ definition: spelled, ...over })[0];
  expect(of({ uses: [use({ lastUsedAtMoved: false })] })).toContain('but lastUsedAt did not change');
  expect(of({ uses: [use({ after: 3, increment: 0 })] })).toContain('(usageCount 3 to 3, 1 record)');
  expect(of({ failures: [failure({})], uses: [] })).toContain('The insert into PresetUsage failed');
  expect(formatUse(use(), spelled.row)).toBe('3 to 4 (+1), 1 record, lastUsedAt moved');
  expect(formatUse(use({ lastUsedAtMoved: null }), spelled.row)).toBe('3 to 4 (+1), 1 record');
});

test('each explanation says what to do', () => {
  const of = (over: Partial<UseResult>) => hints({ uses: [use(over)] })[0];
  expect(of({ lastUsedAtMoved: false })).toContain("The trigger's function should set it");
  expect(of({ before: Number.NaN, after: Number.NaN, increment: Number.NaN })).toContain('by hand: UPDATE');
  expect(of({ after: 5, increment: 2, recordsAdded: 2 })).toContain('check track_preset_usage()');
  expect(of({ after: 5, increment: 2 })).toContain('what the catalog shows about it follows');
  expect(hints({ uses: [use({ after: 3, increment: 0 })], replicationRole: 'replica' })[1]).toContain(
    'ALTER ROLE ... RESET session_replication_role',
  );
  expect(told({ uses: [use({ before: null, after: null, increment: 0 })] })).toEqual([
    'use-not-counted: The use was recorded but not counted (usage_count NULL to NULL, 1 record).',
  ]);
});

test('one failure for a unique index is enough to name the index', () => {
  const health = {
    ...healthy,
    findings: [{ code: 'daily-limit', severity: 'error' as const, message: 'Once a day.', hint: '' }],
  };
  const failures = [failure({ code: '23505', use: 2 }), failure({ code: 'P0001', message: 'other' })];
  expect(told({ failures, health })).toContain('daily-limit: Once a day.');
  expect(told({ failures: [failure()], health })).not.toContain('daily-limit: Once a day.');
});

test('a second use that fails for another reason is not a limit of uses', () => {
  expect(told({ failures: [failure({ use: 2 })] })[0]).toMatch(
    /^use-failed: .* failed for the same preset again: no/,
  );
});

test('rows of no declared columns are the call, not the function; the words do not tell, its declaration does', () => {
  const told = (of: Partial<UseFailure>, undeclared = false) =>
    hints({ failures: [failure({ path: 'track_preset_usage', code: '0A000', ...of })], undeclared })[0];
  expect(told({}, true)).toMatch(/^It returns rows whose columns are not declared/);
  for (const other of [told({}), told({ path: 'insert' }, true), told({ code: '42601' }, true)]) {
    expect(other).toBe(
      'A use of the application fails the same way, and is lost: fix what raised the error.',
    );
  }
});

test('the names that the server quotes are shown without the spaces around them', () => {
  const names = (message: string, code = '42703', where: string | null = null) =>
    hints({ failures: [failure({ message, code, where })] })[0];
  expect(names('column \u00ab style \u00bb of relation \u00ab presets \u00bb')).toContain(
    'names the column style, which presets does not have',
  );
  expect(names('record "new" has no field "style"')).toContain(
    'names the column style, which the record does not have',
  );
  expect(names('record "old" has no field')).toContain('names the column ?, which the record does not have');
  expect(names('column "style" is not there')).toContain(
    'names the column style, which its table does not have',
  );
  // Without a name, or for another error, it is no column that is missing.
  expect(names('there is no such column')).not.toContain('names the column');
  expect(names('"style"', 'P0001')).not.toContain('names the column');
  expect(names('column "style"', '42703', 'PL/pgSQL function f() line 12 at SQL statement')).toMatch(
    /^PL\/pgSQL function f\(\) names the column style/,
  );
});

describe('numbers', () => {
  test('a use that left no record', () => {
    const none = [use({ after: 3, increment: 0, recordsAdded: 0 })];
    expect(told({ uses: none })).toEqual([
      'use-not-recorded: The use left no record (usage_count 3 to 3, 0 records).',
    ]);
    expect(hints({ uses: none })[0]).toContain('track_preset_usage() returned without inserting');
    expect(hints({ uses: none, path: 'insert' })).toEqual([
      'The insert was swallowed: look for a BEFORE trigger that returns NULL, or a rule on the table.',
    ]);
  });

  test('a use that left several, all of them counted', () => {
    expect(told({ uses: [use({ after: 5, increment: 2, recordsAdded: 2 })] })).toEqual([
      'use-recorded-too-often: One use left 2 records (usage_count 3 to 5, 2 records).',
    ]);
  });

  test('a use that was counted twice, with what the catalog shows of it', () => {
    const health = judgeTrigger(catalog({ jobsHidden: true }));
    const twice = [use({ before: null, after: 2, increment: 2 })];
    expect(told({ uses: twice, health })).toEqual([
      'use-counted-too-often: The use was counted 2 times (usage_count NULL to 2, 1 record).',
    ]);
    const withCause = {
      ...healthy,
      findings: [{ code: 'second-counter', severity: 'error' as const, message: 'Why.', hint: '' }],
    };
    expect(told({ uses: twice, health: withCause })[1]).toBe('second-counter: Why.');
  });

  test('a use that was not counted, with what the catalog shows as the reason', () => {
    const lost = [use({ after: 3, increment: 0 }), use({ after: 3, increment: 0 })];
    expect(told({ uses: lost })).toEqual([
      'use-not-counted: The use was recorded but not counted (usage_count 3 to 3, 1 record).',
    ]);
    expect(hints({ uses: lost })).toEqual([
      "The catalog shows no reason: go through the trigger's function step by step.",
    ]);
    expect(told({ uses: lost, health: sick })).toEqual([
      'use-not-counted: The use was recorded but not counted (usage_count 3 to 3, 1 record).',
      'trigger-disabled: The trigger is disabled: uses are stored but not counted.',
    ]);
    expect(hints({ uses: lost, health: sick })[0]).toBe('What the catalog shows as the reason follows.');
  });

  const isCause = (code: string, uses: UseResult[]) =>
    explain({
      uses,
      health: { ...sick, findings: [{ code, severity: 'warning', message: 'Why.', hint: '' }] },
    }).some(finding => finding.code === code);
  const lost = [use({ after: 3, increment: 0 })];
  const twice = [use({ after: 5, increment: 2 })];

  test.each<[string, { lost: boolean; twice: boolean }]>([
    ...[
      'trigger-missing',
      'trigger-wrong-table',
      'trigger-disabled',
      'trigger-replica-only',
      'trigger-not-on-insert',
      'trigger-condition',
      'statement-without-transition-table',
      'function-missing',
      'function-does-not-count',
      'function-unreadable',
      'function-invoker',
    ].map((code): [string, { lost: boolean; twice: boolean }] => [code, { lost: true, twice: false }]),
    ...['second-counter', 'track-counts-too', 'trigger-before', 'other-writer', 'function-other'].map(
      (code): [string, { lost: boolean; twice: boolean }] => [code, { lost: false, twice: true }],
    ),
    ['function-counts-otherwise', { lost: true, twice: true }],
    ['presets-trigger-writes-count', { lost: true, twice: true }],
    ['function-open', { lost: false, twice: false }],
  ])('%s may be why a use was not counted, or counted twice: %j', (code, why) => {
    expect({ lost: isCause(code, lost), twice: isCause(code, twice) }).toEqual(why);
  });

  test('a use of several records that was counted once, or a count that went down', () => {
    expect(told({ uses: [use({ recordsAdded: 2 })] })[1]).toBe(
      'use-not-counted: The use was recorded but not counted as often (usage_count 3 to 4, 2 records).',
    );
    expect(told({ uses: [use({ after: 2, increment: -1 })] })[0]).toMatch(/^count-went-down: /);
  });

  test('a session whose triggers do not fire', () => {
    const lost = [use({ after: 3, increment: 0 })];
    expect(told({ uses: lost, replicationRole: 'replica' })[1]).toBe(
      'replication-role: session_replication_role is replica for this role or database: ordinary triggers do not fire.',
    );
  });

  test('a count that is no number', () => {
    const nan = [use({ before: Number.NaN, after: Number.NaN, increment: Number.NaN })];
    expect(told({ uses: nan })).toEqual([
      'count-is-no-number: usage_count is NaN, and adding to it leaves NaN, so no use is counted.',
    ]);
  });

  test('a use that updated a record and was counted', () => {
    const updated = [use({ recordsAdded: 0, recordsUpdated: 1 })];
    expect(told({ uses: updated })).toEqual([
      'update-counted: The use updated a record instead of adding one, and was counted (usage_count 3 to 4, 0 records added, 1 updated).',
      'use-counted-too-often: The use was counted 1 times (usage_count 3 to 4, 0 records added, 1 updated).',
    ]);
    expect(hints({ uses: updated })[0]).toMatch(/^A BEFORE trigger fires before ON CONFLICT is decided/);
    expect(told({ uses: [use({ recordsAdded: 2, recordsUpdated: 1 })] })[0]).toMatch(
      /^use-recorded-too-often: /,
    );
  });

  test('a use that updated a record and was rightly not counted', () => {
    const updated = use({
      after: 3,
      increment: 0,
      recordsAdded: 0,
      recordsUpdated: 1,
      lastUsedAtMoved: false,
    });
    expect(explain({ uses: [use(), updated] })).toEqual([
      {
        code: 'use-updated-record',
        severity: 'info',
        message: 'A use updated a record that was there before, and the count rightly stayed as it is.',
        hint: expect.stringContaining('ON CONFLICT DO UPDATE'),
      },
    ]);
  });

  test('a repeated use that a unique index kept out, with that index', () => {
    const index = { name: 'once', definition: 'CREATE', columns: ['preset_id'] };
    const health = judgeTrigger(catalog({ uniques: [index] }));
    const refused = use({ after: 3, increment: 0, recordsAdded: 0, lastUsedAtMoved: false });
    const [said, ...more] = explain({ uses: [use(), refused], health });
    expect(said).toEqual({
      code: 'second-use-not-stored',
      severity: 'warning',
      message: 'The second use of the same preset stored no record, and the count rightly stayed as it is.',
      hint: expect.stringContaining('ON CONFLICT DO NOTHING'),
    });
    expect(more.map(({ code }) => code)).toEqual(['unique-limits-uses']);
    // Without such an index it is a use that was lost.
    expect(told({ uses: [use(), refused] })).toEqual([expect.stringMatching(/^use-not-recorded: /)]);
  });

  test('a unique index may limit uses, whatever else the catalog shows', () => {
    const finding = (code: string) => ({ code, severity: 'warning' as const, message: '', hint: '' });
    const of = (...codes: string[]) => limitsUsesOf({ ...healthy, findings: codes.map(finding) });
    expect(of('function-open', 'daily-limit')).toBe(true);
    expect(of('unique-limits-uses')).toBe(true);
    expect(of('function-open')).toBe(false);
    expect(of()).toBe(false);
  });

  test('a last use that did not move, reported only if the numbers are right', () => {
    expect(told({ uses: [use(), use({ lastUsedAtMoved: false })] })).toEqual([
      'last-used-not-moved: The use was counted, but last_used_at did not change.',
    ]);
    expect(told({ uses: [use({ increment: 2, lastUsedAtMoved: false })] })[0]).toMatch(
      /^use-counted-too-often/,
    );
  });
});

describe('a use that fails', () => {
  test('is reported with the server’s message and its place', () => {
    expect(told({ failures: [failure({ constraint: 'grown', where: 'f() line 3' })] })).toEqual([
      'use-failed: The insert into preset_usage failed: no (SQLSTATE P0001, constraint grown, in f() line 3).',
    ]);
    expect(told({ failures: [failure({ path: 'track_preset_usage', use: 2 })] })).toEqual([
      'use-failed: track_preset_usage() failed for the same preset again: no (SQLSTATE P0001).',
    ]);
  });

  test('for the first time by a unique index is not the second one', () => {
    expect(told({ failures: [failure({ code: '23505' })] })).toEqual([
      expect.stringMatching(/^use-failed: /),
    ]);
  });

  test('for the second time by a unique index, with that index', () => {
    const index = { name: 'once', definition: 'CREATE', columns: ['preset_id'] };
    const health = judgeTrigger(catalog({ uniques: [index] }));
    expect(told({ failures: [failure({ code: '23505', use: 2 })], health })).toEqual([
      expect.stringMatching(/^second-use-refused: /),
      expect.stringMatching(/^unique-limits-uses: /),
    ]);
    expect(told({ failures: [failure({ code: '23503' })], health })).toHaveLength(1);
  });

  test('twice in the same way is reported once', () => {
    expect(told({ failures: [failure(), failure()] })).toHaveLength(1);
    expect(told({ failures: [failure(), failure({ message: 'other' })] })).toHaveLength(2);
  });

  test.each<[string, Partial<UseFailure>, string | RegExp]>([
    ['a transaction that it ends', { code: '2D000' }, /^It commits or rolls back its own transaction/],
    [
      'a unique index the first time',
      { code: '23505' },
      /^A unique index refuses this use because there was one/,
    ],
    ['a unique index the second time', { code: '23505', use: 2 }, /^A unique index refuses the second use/],
    [
      'a reference',
      { code: '23503' },
      'What it refers to does not exist: name an existing user with --as-user.',
    ],
    ['a right', { code: '42501' }, "If the application's role lacks this right too, its uses are lost."],
    ['its time', { code: '57014' }, "It took longer than a simulation may hold the preset's row."],
    ['a lock', { code: '55P03' }, 'Another session holds a lock that a use needs: try again.'],
    ['a NULL of no column', { code: '23502' }, /^If the user is missing/],
    [
      'a check, in a function',
      { code: '23514', where: 'f() line 3 at SQL' },
      "What f() writes is not allowed by that constraint: the application's own uses fail as well, and are lost.",
    ],
    [
      'a check, in what the application calls',
      { code: '23514', where: 'f() line 3', path: 'track_preset_usage' },
      /^This console may have guessed/,
    ],
    ['a check', { code: '23514' }, /^This console may have guessed/],
    ['a value', { code: '22P02' }, /^This console may have guessed/],
    ['a value, in a function', { code: '22P02', where: 'f() line 3' }, /^This console may have guessed/],
    [
      'what names something in quotes, and a column',
      { message: 'not "kind"', column: 'kind' },
      'A use of the application fails the same way, and is lost: fix what raised the error.',
    ],
    [
      'a table without a name',
      { code: '42P01', message: 'it does not exist' },
      'A use of the application fails the same way, and is lost: fix what raised the error.',
    ],
    [
      'a column of a table, in other quotes',
      { code: '42703', message: 'Spalte „kind“ von Relation „preset_usage” existiert nicht' },
      "this console's insert names the column kind, which preset_usage does not have: add the column again, or update the function.",
    ],
    [
      'a column of the new row',
      { code: '42703', message: 'record "new" has no field "kind"', where: 'f() line 2 at IF' },
      'f() names the column kind, which the record does not have: add the column again, or update the function.',
    ],
    [
      'a column of a table, in German',
      { code: '42703', message: 'Spalte »kind« von Relation »preset_usage« existiert nicht' },
      "this console's insert names the column kind, which preset_usage does not have: add the column again, or update the function.",
    ],
    [
      'a column of no table',
      { code: '42703', message: 'column “kind” does not exist', path: 'track_preset_usage' },
      'track_preset_usage() names the column kind, which its table does not have: add the column again, or update the function.',
    ],
    [
      'a table',
      { code: '42P01', message: 'relation "gone" does not exist' },
      "this console's insert names the table gone, which does not exist or is not in its search_path: update the function, or give it a search_path.",
    ],
    [
      'a column without a value',
      { code: '23502', column: 'kind', table: 'preset_usage' },
      "this console's insert leaves preset_usage.kind without a value, but it is NOT NULL: this console found no value for it in a recent record and cannot guess one.",
    ],
    [
      'a column without a value, by the function',
      { code: '23502', column: 'kind', path: 'track_preset_usage' },
      'track_preset_usage() leaves the table.kind without a value, but it is NOT NULL: give kind a default, or set it in the function.',
    ],
  ])('has advice for %s', (_, over, hint) => {
    const [said] = hints({ failures: [failure(over)] });
    if (typeof hint === 'string') expect(said).toBe(hint);
    else expect(said).toMatch(hint);
  });

  test('of an unhealthy trigger points to its findings', () => {
    expect(hints({ failures: [failure()], health: sick })).toEqual([
      "A use of the application fails the same way, and is lost: the trigger's findings say more.",
    ]);
  });
});

describe('how it was made', () => {
  const circumstances = (over: Partial<UseContext> = {}) =>
    explainCircumstances({
      path: 'track_preset_usage',
      firstPath: 'track_preset_usage',
      role: null,
      own: 'owner',
      asRole: null,
      confirmed: true,
      strangers: [],
      others: [],
      uncalledIn: null,
      user: null,
      recorded: [],
      reach: [],
      unknown: [],
      sequences: [],
      ...over,
    }).map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
  const role = { name: 'app', allowed: true, asked: false };
  const asRole = (over: object = {}) => ({
    role: 'app',
    confirmed: true,
    uses: [use()],
    failures: [],
    ...over,
  });

  test('as the application does, with no other role: nothing to report', () => {
    expect(circumstances()).toEqual([]);
    expect(circumstances({ role, asRole: asRole() })).toEqual([]);
  });

  test('by an insert, in place of a function that fails or is not there', () => {
    expect(circumstances({ path: 'insert' })).toEqual([
      'warning fell-back-to-insert: The uses were made by a plain insert, because track_preset_usage() failed.',
    ]);
    expect(circumstances({ path: 'insert', firstPath: 'insert' })).toEqual([
      'info no-track-function: The uses were made by a plain insert: there is no track_preset_usage() that takes a preset.',
    ]);
  });

  test('without calling a function whose owner does not own the tables', () => {
    const strangers = [{ identity: 'public.track_preset_usage(uuid)', stranger: 'mallory' }];
    expect(circumstances({ path: 'insert', firstPath: 'insert', strangers })).toEqual([
      'warning track-not-called: public.track_preset_usage(uuid) was not called: its owner mallory does not own the tables, and it would run with the rights of owner.',
    ]);
  });

  test('without a function that the source does not call, or that writes other tables', () => {
    expect(circumstances({ path: 'insert', firstPath: 'insert', uncalledIn: 'app' })).toEqual([
      'info track-not-used: Nothing in app calls track_preset_usage(), so the uses were made by a plain insert.',
    ]);
    expect(
      circumstances({ others: [{ name: 'other.track_preset_usage(uuid)', table: 'other.preset_usage' }] }),
    ).toEqual([
      'info track-of-other-tables: other.track_preset_usage(uuid) was not called: it inserts into other.preset_usage, not into the records of this counter.',
    ]);
  });

  test.each<[string | null, (string | null)[], string | null]>([
    ['Ab-1', ['ab-1'], null],
    ['ab-1', ['AB-1'], null],
    ['ab-1', [], null],
    [null, ['ab-1'], null],
    [null, [null], null],
    ['ab-1', ['ab-1', 'cd-2'], 'cd-2'],
    ['ab-1', [null], 'nobody'],
    ['ab-1', ['ab-1', null], 'nobody'],
  ])('as %j, with records that name %j', (user, recorded, named) => {
    expect(circumstances({ user, recorded })).toEqual(
      named === null
        ? []
        : [`warning other-user-recorded: The use was made as ab-1, but its record names ${named}.`],
    );
  });

  test('for real: doubts of the user, and the one that its record names', () => {
    const identity = { user: 'u', subject: 'u', claims: null, via: null, doubt: 'two users are possible' };
    const asks = { subject: true, claims: [], settings: [] };
    const codes = (users?: (string | null)[]) =>
      findingsOfUser({ identity, asks }, { ...({} as RealUse), users }).map(({ code }) => code);
    expect(codes(['u'])).toEqual(['user-not-proved']);
    expect(codes()).toEqual(['user-not-proved']);
    expect(codes(['v'])).toEqual(['user-not-proved', 'other-user-recorded']);
  });

  test('as a role that this session may not become', () => {
    expect(circumstances({ role: { ...role, allowed: false } })).toEqual([
      'info role-not-tried: There is a role app, but this session may not become it, so its uses were not tried.',
    ]);
  });

  test('as a role with another result', () => {
    const lost = asRole({ confirmed: false, uses: [use({ increment: 0, recordsAdded: 0 })] });
    expect(circumstances({ role, asRole: lost })).toEqual([
      'warning role-differs: As app a use adds 0 to the count and 0 records.',
    ]);
    expect(
      circumstances({
        role: { ...role, asked: true },
        asRole: asRole({ confirmed: false, uses: [], failures: [failure()] }),
      }),
    ).toEqual(['error role-differs: As app a use fails: no (SQLSTATE P0001).']);
    expect(circumstances({ role, asRole: asRole(), confirmed: false })).toEqual([
      'warning role-differs: As app a use counts.',
    ]);
    expect(circumstances({ role, asRole: asRole({ confirmed: false, uses: [] }) })).toEqual([
      'warning role-differs: As app a use adds 0 to the count and 0 records.',
    ]);
  });

  test('with effects outside, and advanced sequences', () => {
    expect(
      circumstances({
        reach: [{ function: 'f()', means: 'dblink' }],
        unknown: [{ function: 'g()', means: 'it is written in C' }],
        sequences: ['s', 't'],
      }),
    ).toEqual([
      'warning reaches-outside: f() can reach outside the transaction (dblink).',
      'info reach-unknown: g() may have done what no rollback can undo: it is written in C.',
      'info sequence-advanced: Numbers were taken from s, t, and a rollback does not return them.',
    ]);
  });

  test('is sound if nothing in it is an error', () => {
    const finding = (severity: 'error' | 'warning') => ({ code: 'x', severity, message: '', hint: '' });
    const simulation = {
      verdict: 'confirmed' as const,
      findings: [finding('warning')],
    };
    expect(isSound(simulation)).toBe(true);
    expect(isSound({ ...simulation, verdict: 'not-confirmed' })).toBe(false);
    expect(isSound({ ...simulation, verdict: 'not-proved' })).toBe(false);
    expect(isSound({ ...simulation, findings: [finding('warning'), finding('error')] })).toBe(false);
  });
});
