import { type Nouns, rowsOf } from '../../counter/definition/nouns.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { compareQuantities, isSame } from '../../counter/quantity.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { amount } from '../../format/plurals.ts';
import { distinctNames } from '../../format/preset-name.ts';
import { driftOf, type Remark, type WhyWrong } from '../repair.ts';
import type { CounterState } from '../sql/counter-state.ts';
import type { RepairRequest } from './repair-plan.ts';

/** The cause of counts that were right before their records were deleted. */
export const deletedCause = 'history-deleted';

const mostNames = 3;

/**
 * Leaves out the counts that are wrong for one of the causes that the request excepts, and says which of the others were right
 * before their records were deleted. Rejects if why counts are wrong cannot be read, and the request excepts some.
 */
export async function exceptCauses(
  states: readonly CounterState[],
  { options, whyWrong }: RepairRequest,
  tables: Tables,
  allRecords: number | null,
  signal: AbortSignal | undefined,
): Promise<{ states: CounterState[]; remarks: Remark[] }> {
  const except = options.except ?? [];
  const wrong = states.filter(({ count, records, exact }) => exact === null && !isSame(count ?? 0, records));
  const lowered = wrong.filter(state => compareQuantities(driftOf(state), 0) > 0);
  if (!whyWrong || (lowered.length === 0 && except.length === 0)) return { states: [...states], remarks: [] };
  let causes: ReadonlyMap<string, WhyWrong>;
  try {
    causes = await whyWrong(tables, wrong.map(counterOf), allRecords, signal);
  } catch (error) {
    if (!isConsoleError(error) || signal?.aborted || except.length > 0) throw error;
    return { states: [...states], remarks: [notRead(error.message)] };
  }
  const isLeft = ({ id }: CounterState) => except.includes(causes.get(id)?.code ?? '');
  const left = wrong.filter(isLeft);
  const deleted = lowered.filter(state => !isLeft(state) && causes.get(state.id)?.code === deletedCause);
  return {
    states: states.filter(state => !left.includes(state)),
    remarks: [
      ...(left.length > 0 ? [leftOut(left, except, tables.definition)] : []),
      ...(deleted.length > 0 ? [wereRight(deleted, causes)] : []),
    ],
  };
}

function counterOf({ id, name, count, records }: CounterState) {
  return {
    id,
    name,
    usageCount: count === null ? null : Number(count),
    records: Number(records),
    lastUsedAt: null,
  };
}

function notRead(why: string): Remark {
  return {
    code: 'not-diagnosed',
    severity: 'info',
    message: `Why counts are wrong could not be read, so nothing is said about deleted records: ${why}`,
  };
}

function leftOut(left: readonly CounterState[], except: readonly string[], named: Nouns): Remark {
  return {
    code: 'excepted',
    severity: 'info',
    message: `${rowsOf(named, left.length)} ${left.length === 1 ? 'is' : 'are'} left out (${except.join(', ')}): ${names(left)}.`,
  };
}

function wereRight(deleted: readonly CounterState[], causes: ReadonlyMap<string, WhyWrong>): Remark {
  const one = deleted.length === 1;
  const were = deleted.every(({ id }) => causes.get(id)?.isSure) ? (one ? 'was' : 'were') : 'may have been';
  return {
    code: 'were-right',
    severity: 'warning',
    message: `${amount(deleted.length, 'count')} ${were} right before ${one ? 'its' : 'their'} records were deleted, and this sync lowers ${one ? 'it' : 'them'}: ${names(deleted)}. Leave ${one ? 'it' : 'them'} out with --except ${deletedCause}, in the console with e.`,
  };
}

function names(states: readonly CounterState[]): string {
  const more = states.length - mostNames;
  const named = states.slice(0, mostNames);
  return `${named.map(distinctNames(named)).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
