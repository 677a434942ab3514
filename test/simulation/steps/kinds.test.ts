import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { kinds } from '../../counter/kinds/kinds.ts';
import { keptByTrigger, recount } from './recount.ts';
import { openStage, type Stage, told } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** The steps that a definition has. */
function stepsOf({ record }: CounterDefinition): string[] {
  return [
    'add',
    'add-again',
    'remove',
    ...(record.where ? ['change-out', 'change-in'] : []),
    ...(record.amount === null ? [] : ['change-amount']),
    ...(record.where ? ['add-out', 'remove-out'] : []),
    ...(record.reference.length > 0 ? ['move'] : []),
  ];
}

describe('every step is right where the count is set to the truth after each statement, on', () => {
  test.each(kinds)('$name', async kind => {
    const definition = keptByTrigger(kind.definition);
    await stage.make(`${kind.sql}; ${recount(kind)}`);
    const simulation = await stage.simulate(definition);
    expect(told(simulation)).toEqual(Object.fromEntries(stepsOf(definition).map(step => [step, 'right'])));
    expect(simulation).toMatchObject({ verdict: 'confirmed', confirmed: true, failures: [], asRole: null });
    expect(simulation.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    const [add] = simulation.steps;
    const [plain] = await stage.own.sql.unsafe(
      `SELECT truth::numeric::text AS truth FROM (${kind.truth}) t WHERE id::text = '${simulation.row.id.replaceAll("'", "''")}'`,
    );
    expect(Number(add?.counted[0]?.before ?? 0)).toBe(Number(plain?.truth));
    const by = add?.counted[0]?.change;
    expect(Number(by)).toBe(kind.definition.record.amount === null ? 1 : Number(add?.counted[0]?.expected));
    if (kind.definition.record.amount !== null) expect(Number(by)).not.toBe(0);
  });
});

describe('a trigger on inserts alone is found out, on', () => {
  const few = ['a sum of integers', 'a count in another table, with'];
  test.each(kinds.filter(({ name }) => few.some(start => name.startsWith(start))))('$name', async kind => {
    const definition = keptByTrigger(kind.definition);
    const { table } = definition.record;
    await stage.make(
      `${kind.sql}; ${recount(kind, 'INSERT')}; CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS 'DELETE FROM ${table}'`,
    );
    const simulation = await stage.simulate(definition);
    const { steps } = simulation;
    expect(steps.slice(0, 2).map(({ status }) => status)).toEqual(['right', 'right']);
    expect(steps.find(({ step }) => step === 'remove')).toMatchObject({
      status: 'wrong',
      counted: [{ change: expect.stringMatching(/^0/), expected: expect.stringMatching(/^-/), right: false }],
    });
    expect(simulation.verdict).toBe('not-confirmed');
    expect(simulation.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['remove-miscounted', 'move-miscounted']),
    );
  });
});

test('where no trigger is known to keep the count, nothing is proved either way', async () => {
  const [kind] = kinds;
  await stage.make(kind!.sql);
  const simulation = await stage.simulate(kind!.definition);
  expect(simulation).toMatchObject({ verdict: 'not-proved', confirmed: false });
  expect(told(simulation)).toMatchObject({ add: '0 for 1', remove: '0 for -1', 'add-out': 'right' });
  expect(simulation.findings.map(({ code }) => code)).toEqual(['kept-elsewhere', 'sequence-advanced']);
});
