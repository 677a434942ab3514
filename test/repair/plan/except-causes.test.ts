import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diagnoseForPlan } from '../../../source/diagnosis/run-for-plan.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { insertPresets, insertRecords } from '../../helpers/database.ts';
import { RepairBench } from '../../helpers/repair-bench.ts';
import { flushStatistics } from '../../helpers/server-version.ts';

let bench: RepairBench;

beforeEach(async () => {
  bench = await RepairBench.open();
  // One connection, so that its statistics are complete as soon as it reports them.
  const sql = postgres(bench.own.url, { max: 1, onnotice: () => {} });
  for (const id of await insertPresets(sql, ['Noir', 'Pastel', 'Low', 'Right'])) {
    for (let use = 0; use < 12; use += 1) await insertRecords(sql, id, 1);
  }
  // Deleted in two presets; a third is too low for another reason.
  for (const [name, records] of [
    ['Noir', 7],
    ['Pastel', 4],
  ] as const) {
    await sql`DELETE FROM preset_usage WHERE id IN (
      SELECT r.id FROM preset_usage r JOIN presets p ON p.id = r.preset_id WHERE p.name = ${name} LIMIT ${records})`;
  }
  await sql`UPDATE presets SET usage_count = 9 WHERE name = 'Low'`;
  await flushStatistics(sql);
  await sql.end();
});
afterEach(() => bench.close());

const why = () => ({ whyWrong: diagnoseForPlan(bench.database, new Map()) });
const namesOf = (plan: { changes: { name: string }[] }) => plan.changes.map(({ name }) => name).sort();

describe('the plan of a sync', () => {
  test('says which counts were right before their records were deleted', async () => {
    const plan = await bench.plan('sync', why());
    expect(namesOf(plan)).toEqual(['Low', 'Noir', 'Pastel']);
    const remark = plan.remarks.find(({ code }) => code === 'were-right');
    expect(remark).toMatchObject({ severity: 'warning' });
    expect(remark?.message).toContain('2 counts were right before their records were deleted');
    expect(remark?.message).toContain('--except history-deleted');
  });

  test('leaves them out on request, and its fingerprint differs', async () => {
    const all = await bench.plan('sync', why());
    const rest = await bench.plan('sync', { ...why(), options: { except: ['history-deleted'] } });
    expect(namesOf(rest)).toEqual(['Low']);
    expect(rest.remarks.map(({ code }) => code)).toContain('excepted');
    expect(rest.remarks.map(({ code }) => code)).not.toContain('were-right');
    expect(rest.fingerprint).not.toBe(all.fingerprint);
  });

  test('that leaves them out corrects the others alone, in spite of uses meanwhile', async () => {
    const outcome = await bench.repair('sync', { ...why(), options: { except: ['history-deleted'] } });
    expect(outcome).toMatchObject({ changed: 1, left: [] });
    const counts = await bench.own.sql`SELECT name, usage_count FROM presets ORDER BY name`;
    expect(counts.map(({ usage_count }) => usage_count)).toEqual([12, 12, 12, 12]);
  });

  test('says nothing where no count is lowered', async () => {
    await bench.own.sql`DELETE FROM presets WHERE name IN ('Noir', 'Pastel')`;
    const plan = await bench.plan('sync', {
      whyWrong: () => Promise.reject(new Error('It was asked.')),
    });
    expect(namesOf(plan)).toEqual(['Low']);
  });

  test('is made without causes that cannot be read, and refused if some are excepted', async () => {
    const fails = new ConsoleError({
      code: 'timeout',
      message: 'It took too long.',
      hint: 'Wait.',
      exitCode: 3,
    });
    const whyWrong = () => Promise.reject(fails);
    const plan = await bench.plan('sync', { whyWrong });
    expect(plan.remarks.map(({ code }) => code)).toContain('not-diagnosed');
    await expect(bench.plan('sync', { whyWrong, options: { except: ['history-deleted'] } })).rejects.toBe(
      fails,
    );
  });
});

test('what was found once holds as long as the drift', async () => {
  const first = diagnoseForPlan(
    bench.database,
    new Map([
      [
        'a',
        {
          diagnosis: {
            code: 'history-deleted',
            certainty: 'likely',
            evidence: [],
            against: [],
            next: [],
            stretch: null,
          },
          drift: 3,
        },
      ],
    ]),
  );
  const counter = { id: 'a', name: 'Noir', usageCount: 5, records: 2, lastUsedAt: null };
  // Nothing is read, so tables are not needed.
  const found = await first(undefined as never, [counter], null, undefined);
  expect(found.get('a')).toEqual({ code: 'history-deleted', isSure: true });
});
