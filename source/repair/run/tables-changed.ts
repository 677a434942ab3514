import type { Database, Reader } from '../../connection/transactions.ts';
import { refused } from '../../counter/guards.ts';
import { type ConsoleError, isTransient } from '../../errors/errors.ts';
import type { FullPlan } from '../plan/draft.ts';
import { type CatalogPrint, readCatalogPrint } from '../sql/catalog-print.ts';

const words: Record<string, string> = {
  tables: 'one of them was replaced',
  constraints: 'references and checks',
};

/** Stops a repair that was planned for different tables: exit code 4. `parts` of the catalog differ. */
export function tablesChanged({ action }: Pick<FullPlan, 'action'>, parts: readonly string[]): ConsoleError {
  const named = parts.map(part => words[part] ?? part).join(', ');
  return refused(
    'tables-changed',
    `The tables were changed during this ${action}${named === '' ? '' : ` (${named})`}.`,
    'The batch under way was not applied; the receipt holds what was applied before. Review the change, then plan again.',
  );
}

/** The parts of the catalog that differ from the plan, as a transaction sees them. */
export async function changedParts(reader: Reader, { inspected, facts }: FullPlan): Promise<string[]> {
  return differing(facts.print, await readCatalogPrint(reader, inspected.tables));
}

/**
 * Throws (exit code 4) if the catalog has changed since the plan was made: then the server's refusals say nothing about
 * the presets. If the server does not answer, the question stays open.
 */
export async function requireSameTables(database: Database, plan: FullPlan): Promise<void> {
  const parts = await database
    .read(reader => changedParts(reader, plan))
    .catch(error => {
      if (isTransient(error)) return [];
      throw error;
    });
  if (parts.length > 0) throw tablesChanged(plan, parts);
}

function differing(planned: CatalogPrint, now: CatalogPrint): string[] {
  return Object.keys({ ...planned, ...now })
    .filter(part => planned[part] !== now[part])
    .sort();
}
