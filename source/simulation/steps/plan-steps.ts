import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { amountColumns } from '../records/amount-columns.ts';
import { otherAmounts } from '../records/column-values.ts';
import type { RecordFacts, RecordValues } from '../records/record-facts.ts';
import type { PlannedStep, StepStatement } from '../sql/steps-block.ts';
import type { StepName } from './counter-steps.ts';

/** What the steps are made from. */
interface StepsGround {
  /** The first record, and a second one; null if the database allows none. */
  first: RecordValues;
  second: RecordValues | null;
  /** The first with everything that a sample holds; null if there is no sample. */
  full: RecordValues | null;
  /** The same values, with new ones where each record needs its own. */
  again: (values: RecordValues) => RecordValues;
  /** What a record holds that counts, and what to set so that it no longer does; null if all records count. */
  condition: { counts: RecordValues | null; excluded: readonly RecordValues[] } | null;
  /** What columns hold in some records. */
  seen: Readonly<Record<string, readonly (string | null)[]>>;
  /** The values that refer to the other row; null without another row. */
  moved: RecordValues | null;
}

/** The steps of a definition in order, and those that cannot be simulated, each with the reason. */
export function planStepsOf(
  { record, onDelete }: Pick<CounterDefinition, 'record' | 'onDelete'>,
  facts: RecordFacts,
  { first, second, full, again, condition, seen, moved }: StepsGround,
): { steps: PlannedStep[]; notSimulated: Map<StepName, string> } {
  const notSimulated = new Map<StepName, string>();
  const column = (name: string) => facts.columns.find(each => each.name === name);
  const statement = (kind: 'insert' | 'update', values: RecordValues): StepStatement => {
    const columns = facts.columns.filter(({ name, writable }) => writable && values[name] !== undefined);
    return { kind, columns, values: columns.map(({ name }) => values[name] ?? null) };
  };
  const inserts = (values: RecordValues) => [
    statement('insert', values),
    ...(full ? [statement('insert', { ...full, ...values })] : []),
  ];
  const steps: PlannedStep[] = [{ step: 'add', record: 0, ways: inserts(first), row: 0, needs: null }];
  const remove: StepStatement = { kind: 'delete', columns: [], values: [] };
  if (second) steps.push({ step: 'add-again', record: 1, ways: inserts(second), row: 0, needs: null });
  if (onDelete === 'subtracts' && second)
    steps.push({ step: 'remove', record: 1, ways: [remove], row: 0, needs: null });
  if (condition) {
    const { counts, excluded } = condition;
    if (excluded.length > 0) {
      const changed = new Set(excluded.flatMap(values => Object.keys(values)));
      const back = Object.fromEntries([...changed].map(name => [name, counts?.[name] ?? null]));
      steps.push(
        {
          step: 'change-out',
          record: 0,
          ways: excluded.map(values => statement('update', values)),
          row: 0,
          needs: null,
        },
        { step: 'change-in', record: 0, ways: [statement('update', back)], row: 0, needs: 'change-out' },
      );
    } else {
      const reason = 'No values were found that miss the condition of this counter.';
      notSimulated.set('change-out', reason).set('change-in', reason);
    }
  }
  const raised = amountColumns(record, facts, condition?.counts ?? {});
  if (raised.length > 0) {
    const ways = [
      ...raised.map(
        ({ quoted }): StepStatement => ({ kind: 'update', columns: [], values: [], increased: quoted }),
      ),
      ...raised.flatMap(each =>
        otherAmounts(each, first[each.name] ?? null, {
          seen: seen[each.name] ?? [],
          allowed: facts.allowed[each.name] ?? [],
        }).map(amount => statement('update', { [each.name]: amount })),
      ),
    ];
    steps.push({ step: 'change-amount', record: 0, ways, row: 0, needs: null });
  } else if (column(record.amount ?? '')?.generated) {
    notSimulated.set(
      'change-amount',
      `The server computes ${record.amount} from nothing that can be raised.`,
    );
  }
  if (condition && condition.excluded.length > 0 && second && onDelete === 'subtracts') {
    const ways = condition.excluded.flatMap(values => inserts({ ...again(second), ...values }));
    steps.push(
      { step: 'add-out', record: 2, ways, row: 0, needs: 'remove' },
      { step: 'remove-out', record: 2, ways: [remove], row: 0, needs: 'add-out' },
    );
  }
  if (moved) {
    if (Object.keys(moved).every(name => column(name)?.writable))
      steps.push({ step: 'move', record: 0, ways: [statement('update', moved)], row: 1, needs: null });
    else notSimulated.set('move', `Only the server writes ${Object.keys(moved).join(', ')}.`);
  }
  // Without a second record, the first is the one to remove, when everything else is done.
  if (onDelete === 'subtracts' && !second)
    steps.push({ step: 'remove', record: 0, ways: [remove], row: moved ? 1 : 0, needs: null });
  return { steps, notSimulated };
}
