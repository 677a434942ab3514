import { describe, expect, test } from 'vitest';
import { explainUse } from '../../source/simulation/explain-use.ts';
import type { UseFailure } from '../../source/simulation/use-result.ts';
import type { TriggerHealth } from '../../source/trigger/health.ts';
import { fakeTables } from '../helpers/fake-database.ts';

const health = { healthy: true, findings: [] } as unknown as TriggerHealth;

function hint(failure: Partial<UseFailure>): string | undefined {
  const whole: UseFailure = {
    path: 'track_preset_usage',
    use: 1,
    message: '',
    code: '',
    constraint: null,
    where: null,
    column: null,
    table: null,
    ...failure,
  };
  return explainUse({
    path: whole.path,
    uses: [],
    failures: [whole],
    health,
    replicationRole: 'origin',
    definition: fakeTables.definition,
  })[0]?.hint;
}

describe('a use that fails because a function no longer fits', () => {
  const where = 'public.track_preset_usage(uuid) line 5 at SQL statement';
  test.each([
    'column "source" of relation "preset_usage" does not exist',
    'Spalte \u00bbsource\u00ab von Relation \u00bbpreset_usage\u00ab existiert nicht',
    'la colonne \u00ab source \u00bb de la relation \u00ab preset_usage \u00bb n\u2019existe pas',
  ])('names the column and its table, whatever language the server speaks: %s', message => {
    expect(hint({ code: '42703', message, where })).toBe(
      'public.track_preset_usage(uuid) names the column source, which preset_usage does not have: add the column again, or update the function.',
    );
  });

  test('names the field of a record', () => {
    expect(
      hint({ code: '42703', message: 'record "new" has no field "presetid"', where: 'count_it() line 2' }),
    ).toBe(
      'count_it() names the column presetid, which the record does not have: add the column again, or update the function.',
    );
  });

  test('names the missing table', () => {
    expect(hint({ code: '42P01', message: 'relation "usage_log" does not exist', where })).toContain(
      'names the table usage_log, which does not exist or is not in its search_path',
    );
  });

  test('names the column that got no value, and who leaves it out', () => {
    const failure = { code: '23502', message: 'null value', column: 'kind', table: 'preset_usage' };
    expect(hint({ ...failure, where })).toBe(
      'public.track_preset_usage(uuid) leaves preset_usage.kind without a value, but it is NOT NULL: give kind a default, or set it in the function.',
    );
    expect(hint({ ...failure, path: 'insert' })).toMatch(/^this console's insert leaves preset_usage\.kind/);
  });
});

test('a count that is not a number is reported as that', () => {
  const use = {
    before: Number.NaN,
    after: Number.NaN,
    increment: Number.NaN,
    recordsAdded: 1,
    recordsUpdated: 0,
    lastUsedAtMoved: true,
  };
  const [finding] = explainUse({
    path: 'insert',
    uses: [use, use],
    failures: [],
    health,
    replicationRole: 'origin',
    definition: fakeTables.definition,
  });
  expect(finding).toMatchObject({ code: 'count-is-no-number', severity: 'error' });
  expect(finding?.message).toContain('usage_count is NaN');
});
