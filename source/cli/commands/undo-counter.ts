import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { refused } from '../../counter/guards.ts';
import { namedCounter, namesOfCounters } from '../../counters/run-choose.ts';
import { isConsoleError } from '../../errors/errors.ts';
import { readReceipt } from '../../repair/receipts/read-receipt.ts';

// There is no such counter, several have that name, or it cannot be checked.
const unknown: ReadonlySet<string> = new Set([
  'no-such-counter',
  'ambiguous-counter',
  'counter-not-checkable',
]);

/**
 * The counter that a receipt is of: the one that it names, else that of presets or of --config. Rejects with exit code 4 if that counter is not
 * found any more, and with 2 if there is no such receipt.
 */
export async function counterOfReceipt(
  database: Database,
  config: Config,
  signal: AbortSignal,
): Promise<Config['choice']> {
  if (config.counter.length > 0 || config.receipt === null) return config.choice;
  const { head } = await readReceipt(config.stateDirectory, config.receipt);
  if (head.counter === undefined) {
    // Refused by the plan if it is another counter than that of presets.
    const counter = await namesOfCounters(config);
    return counter.length === 0 ? config.choice : namedCounter(database, { ...config, counter }, signal);
  }
  try {
    return await namedCounter(database, { ...config, counter: [head.counter] }, signal);
  } catch (error) {
    if (!isConsoleError(error) || !unknown.has(error.code)) throw error;
    throw refused(
      'counter-unknown',
      `${head.id} is of ${head.counter}, which is not found as a counter here any more.`,
      'Describe it in counters.json as it was then, or check that this is the same database.',
    );
  }
}
