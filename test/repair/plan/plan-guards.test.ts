import { describe, expect, test } from 'vitest';
import type { Server } from '../../../source/connection/server.ts';
import { requireEveryRow, requireWritableServer, rolesThatSeeAll } from '../../../source/counter/guards.ts';
import type { InspectedDatabase } from '../../../source/counter/inspect-database.ts';
import { readRisks } from '../../../source/repair/plan/read-risks.ts';
import { besidesRemarks, restoringRemarks, writersRemarks } from '../../../source/repair/plan/remarks.ts';
import type { RepairRequest } from '../../../source/repair/plan/repair-plan.ts';
import {
  permissionDenied,
  requireDeletable,
  requireReversible,
} from '../../../source/repair/plan/reversibility.ts';
import { type FiringTrigger, noOptions } from '../../../source/repair/repair.ts';
import type { RepairFacts } from '../../../source/repair/sql/facts.ts';
import { judgeTrigger } from '../../../source/trigger/health.ts';
import { FakeDatabase, fakeTables } from '../../helpers/fake-database.ts';
import { before, catalog, counter, insert, row, trigger, update } from '../../trigger/catalogs.ts';

const inspected = { server: { user: 'console' }, tables: fakeTables } as InspectedDatabase;

describe('a server that takes no writes', () => {
  const server = (over: Partial<Server>) => ({ readOnly: true, standby: false, ...over }) as Server;

  test('is refused, by what it is', () => {
    expect(() => requireWritableServer(server({}), 'a sync')).toThrow(
      expect.objectContaining({
        code: 'server-read-only',
        exitCode: 4,
        message: 'Transactions are read-only here, but a sync needs to write.',
        hint: 'Check default_transaction_read_only of this role and database.',
      }),
    );
    expect(() => requireWritableServer(server({ standby: true }), 'a sync')).toThrow(
      expect.objectContaining({
        message: 'This server is a standby, but a sync needs to write.',
        hint: 'Connect to the primary.',
      }),
    );
    expect(() => requireWritableServer(server({ readOnly: false, standby: true }), 'a sync')).not.toThrow();
  });
});

describe('rows that are hidden', () => {
  test('are refused, with who sees them', () => {
    const hidden = { ...fakeTables, hiddenBy: ['one', 'two'], seenBy: ['ada (owner)', 'bob (superuser)'] };
    expect(() => requireEveryRow(hidden, 'A sync')).toThrow(
      expect.objectContaining({
        code: 'incomplete-view',
        exitCode: 4,
        message: 'A sync needs to see every row, but this role may not: one; two.',
        hint: 'Connect as a role that sees every row: ada (owner), bob (superuser).',
      }),
    );
    expect(() => requireEveryRow(fakeTables, 'A sync')).not.toThrow();
    expect(rolesThatSeeAll(fakeTables)).toBe(
      'Connect as a role that sees every row: the owner of the tables, or one with BYPASSRLS.',
    );
  });
});

describe('what no undo could take back', () => {
  const request = (over: Partial<RepairRequest> = {}) =>
    ({
      action: 'reset',
      presets: [],
      options: { ...noOptions, deleteHistory: true },
      ...over,
    }) as RepairRequest;

  test('is refused: a key that is there twice', () => {
    expect(() => requireReversible(fakeTables, { keyTwice: true, refusesOrphans: null })).toThrow(
      expect.objectContaining({
        code: 'key-twice',
        exitCode: 4,
        message: expect.stringContaining('public.presets has the same id more than once'),
        hint: 'Make every id unique over all of these tables first.',
      }),
    );
  });

  test('is refused: records of presets that are gone, which a foreign key would refuse', () => {
    expect(() => requireReversible(fakeTables, { keyTwice: false, refusesOrphans: 'fk' })).toThrow(
      expect.objectContaining({
        code: 'orphans-named',
        exitCode: 4,
        message:
          'Some records name presets that are gone, and fk would not let an undo put them back into public.preset_usage.',
        hint: expect.stringContaining('keep the history'),
      }),
    );
    expect(() => requireReversible(fakeTables, { keyTwice: false, refusesOrphans: null })).not.toThrow();
  });

  test('is looked for where rows are seen, and orphans only where they would go', async () => {
    const asked = async (over: Partial<RepairRequest>, tables = fakeTables) => {
      const fake = new FakeDatabase();
      await fake.database.read(reader => readRisks(reader, tables, request(over)));
      return fake.statements.length;
    };
    const all = await asked({});
    expect(await asked({ action: 'sync' })).toBeLessThan(all);
    expect(await asked({ presets: ['Noir'] })).toBeLessThan(all);
    expect(await asked({ options: noOptions })).toBeLessThan(all);
    expect(await asked({}, { ...fakeTables, hiddenBy: ['one'] })).toBe(0);
  });
});

describe('deleting records', () => {
  const facts = (over: object) =>
    ({ may: { delete: true }, inheritedBy: null, referencedBy: [], ...over }) as unknown as RepairFacts;
  const reference = (onDelete: string) => ({ table: 'public.likes', itself: false, onDelete });

  test('is refused where this role may not, where a table inherits, and where others would go with them', () => {
    const refusal = (over: object) => {
      try {
        requireDeletable(inspected, facts(over));
        return null;
      } catch (error) {
        const { code, exitCode, message, hint } = error as Record<string, unknown>;
        return [code, exitCode, message, hint];
      }
    };
    expect(refusal({ may: { delete: false } })).toEqual([
      'permission-denied',
      3,
      'console may not do this: it lacks DELETE on public.preset_usage.',
      'GRANT DELETE ON public.preset_usage TO console, or connect as the owner. Nothing was changed.',
    ]);
    expect(refusal({ inheritedBy: 'public.archive' })).toEqual([
      'inherited',
      4,
      'public.archive inherits from public.preset_usage: its records would be deleted too, and would come back in the wrong table, without the columns of their own.',
      'Reset without --delete-history, or remove that inheritance first.',
    ]);
    for (const onDelete of ['CASCADE', 'SET NULL', 'SET DEFAULT']) {
      expect(refusal({ referencedBy: [reference('NO ACTION'), reference(onDelete)] })).toEqual([
        'referenced',
        4,
        `public.likes refers to public.preset_usage with ON DELETE ${onDelete}: its rows would change too, and could not be put back.`,
        'Reset without --delete-history, or remove that reference first.',
      ]);
    }
    for (const onDelete of ['NO ACTION', 'RESTRICT'])
      expect(refusal({ referencedBy: [reference(onDelete)] })).toBeNull();
    expect(permissionDenied(inspected, 'INSERT', 'x').message).toBe(
      'console may not do this: it lacks INSERT on x.',
    );
  });
});

describe('a plan warns of', () => {
  const firing = (name: string, always: boolean): FiringTrigger => ({
    name,
    table: 't',
    function: 'f',
    event: 'UPDATE',
    effects: [],
    always,
  });

  test('a trigger that does not count as it should', () => {
    expect(writersRemarks(judgeTrigger(catalog()), [])).toEqual([]);
    expect(
      writersRemarks(judgeTrigger(catalog({ jobsHidden: true }, counter({ enabled: 'D' }))), []),
    ).toEqual([
      {
        code: 'trigger-unhealthy',
        severity: 'warning',
        message:
          'Uses are not counted correctly, so counts will be wrong again: The trigger is disabled: uses are stored but not counted.',
      },
    ]);
  });

  test('records of another counter, and what could not be judged', () => {
    const finding = {
      code: 'trigger-missing',
      severity: 'error',
      message: 'Nothing keeps it.',
      hint: '',
    } as const;
    const health = { healthy: false, findings: [finding] };
    expect(writersRemarks(health, [], { event: ['comment', 'comments'] })).toMatchObject([
      { message: 'Comments are not counted correctly, so counts will be wrong again: Nothing keeps it.' },
    ]);
    expect(writersRemarks('The trigger cannot be read.', [])).toEqual([
      {
        code: 'trigger-not-judged',
        severity: 'warning',
        message: 'Whether the counts will be wrong again is not known. The trigger cannot be read.',
      },
    ]);
  });

  test('triggers that fire in any case', () => {
    const fires = [firing('a', true), firing('b', false), firing('c', true)];
    expect(writersRemarks(judgeTrigger(catalog()), fires)).toEqual([
      {
        code: 'always-fires',
        severity: 'info',
        message: 'a, c fires even when triggers are suppressed (ENABLE ALWAYS).',
      },
    ]);
  });

  test('triggers that may change what is put back', () => {
    const of = (
      over: Parameters<typeof trigger>[2],
      suppressTriggers = false,
      whyNotSuppress: string | null = null,
    ) =>
      restoringRemarks(
        catalog({ triggers: [trigger('touch', null, { type: insert | before | row, ...over })] }),
        { suppressTriggers },
        whyNotSuppress,
      );
    expect(of({})).toEqual([
      {
        code: 'records-may-change',
        severity: 'warning',
        message:
          'touch fires before each record that an undo puts back, and may change it. An undo with --suppress-triggers puts them back exactly as they were.',
      },
    ]);
    // What would be refused is not recommended.
    expect(of({}, false, 'no right')[0]?.message).toBe(
      'touch fires before each record that an undo puts back, and may change it.',
    );
    expect(of({ enabled: 'A' }, true)).toHaveLength(1);
    for (const over of [
      { enabled: 'D' },
      { enabled: 'R' },
      { type: insert | row },
      { type: insert | before },
      { type: update | before | row },
      { tableOid: 1 },
    ] as const) {
      expect([over, of(over)]).toEqual([over, []]);
    }
    expect(of({}, true)).toEqual([]);
  });

  test('rules, and triggers of a part of a table', () => {
    const beside = (what: 'rule' | 'trigger', event: string) => ({
      what,
      name: 'x',
      table: 'public.t',
      event,
    });
    const facts = {
      besides: [beside('rule', 'UPDATE'), beside('trigger', 'DELETE'), beside('trigger', 'INSERT')],
    } as unknown as RepairFacts;
    const told = (deletes: boolean, inserts: boolean) =>
      besidesRemarks(facts, { deletes, inserts }).map(({ code, severity, message }) => [
        code,
        severity,
        message,
      ]);
    const rule = [
      'rule-besides',
      'warning',
      'The rule x rewrites each UPDATE of public.t: its effect is not known.',
    ];
    const fires = (event: string) => [
      'trigger-besides',
      'warning',
      `The trigger x fires too, on ${event} of rows in public.t only.`,
    ];
    expect(told(false, false)).toEqual([rule]);
    expect(told(true, false)).toEqual([rule, fires('DELETE')]);
    expect(told(false, true)).toEqual([rule, fires('INSERT')]);
  });
});
