import type { FoundCounters } from '../../counter/configured/merge-config.ts';
import { defaultNumber } from '../../counter/default-number.ts';
import { counterId } from '../../counter/definition/counter-id.ts';
import type { CounterDefinition, NotCheckable } from '../../counter/definition/definition.ts';
import { placeText } from '../body/change.ts';
import type { Catalog, CatalogTable } from '../catalog.ts';
import type { NamedCounter } from './by-name.ts';
import { countedWords } from './count-name.ts';
import { define } from './define.ts';
import { defaultSentence } from './resets.ts';
import type { Judged, UncheckableColumn, WrittenCounter } from './written-counters.ts';

/** How a count that names speak for compares with its records, in the rows that were looked at. */
export interface Agreement {
  /** Rows with a count or a record. */
  compared: number;
  agree: number;
}

/** What the rows say beside the catalog. */
export interface Seen {
  agreement: ReadonlyMap<NamedCounter, Agreement>;
  /** The oids of tables with more than one row, of those that should have one. */
  crowded: ReadonlySet<number>;
  /** The counter that this console knows by its names; null if its tables are not there. */
  builtIn: CounterDefinition | null;
}

/** Puts what bodies, names and rows say together: one definition for each column, in the order of their ids. */
export function assemble(
  catalog: Catalog,
  judged: readonly Judged[],
  named: readonly NamedCounter[],
  { agreement, crowded, builtIn }: Seen,
): FoundCounters {
  const tables = new Map(catalog.tables.map(table => [table.oid, table]));
  const reserved = new Set(catalog.reserved);
  const idOf = ({ table, column }: { table: CatalogTable; column: string }) =>
    counterId({ schema: table.schema, table: table.name }, column, reserved);
  const counters = new Map<string, CounterDefinition>();
  const notCheckable = new Map<string, NotCheckable>();
  const refuse = ({ table, column, reason }: Pick<UncheckableColumn, 'table' | 'column' | 'reason'>) => {
    const id = idOf({ table, column });
    notCheckable.set(id, { id, table: { schema: table.schema, table: table.name }, column, reason });
  };
  for (const each of judged) {
    const isBuiltIn = builtIn?.id === idOf(each);
    if ('reason' in each) refuse(each);
    // The built-in counter is one, whatever else sets it.
    const written = 'reason' in each ? (isBuiltIn ? each.otherwise : undefined) : each;
    if (!written) continue;
    if (written.link === null && crowded.has(written.table.oid))
      refuse({ ...written, reason: crowdedReason(written) });
    else {
      // For the built-in counter it is known whether deleted records stay counted.
      const known = isBuiltIn && written.unseen !== null;
      const told = known
        ? { ...written, subtracts: builtIn.onDelete === 'subtracts', unseen: null }
        : written;
      counters.set(idOf(written), define(asMade(told), tables, reserved));
    }
  }
  if (builtIn) {
    counters.set(builtIn.id, withWritten(builtIn, counters.get(builtIn.id)));
    notCheckable.delete(builtIn.id);
  }
  for (const each of named) {
    const id = idOf(each);
    if (counters.has(id)) continue;
    const refused = judged.find(other => idOf(other) === id);
    if (refused && !('reason' in refused && refused.unlogged)) continue;
    notCheckable.delete(id);
    counters.set(id, define(namedAsMade(each, agreement.get(each)), tables, reserved));
  }
  for (const id of counters.keys()) notCheckable.delete(id);
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  return {
    counters: [...counters.values()].toSorted(byId),
    notCheckable: [...notCheckable.values()].toSorted(byId),
  };
}

function crowdedReason({ table, constants, places }: WrittenCounter): string {
  const place = places[0] ? placeText(places[0]) : 'A body';
  return constants.length > 0
    ? `${place} finds one of several rows of ${table.name} by a constant.`
    : `${place} writes every row of ${table.name}, which may have more than one.`;
}

function asMade(each: WrittenCounter) {
  return {
    ...each,
    source: { kind: each.by, evidence: [...each.evidence, ...(each.unseen === null ? [] : [each.unseen])] },
    confidence: each.certain ? ('certain' as const) : ('likely' as const),
    touched: null,
  };
}

function namedAsMade(
  { key, reference, table, column, record, set = null }: NamedCounter,
  agreement: Agreement | undefined,
) {
  const start = defaultSentence({ table, column });
  const doubts = start === null ? [] : [start];
  const isBare = isBareName({ table, column });
  const agrees = isNearlyAll(agreement) && !isBare;
  const differs = !agrees && agreement !== undefined && agreement.compared > 0;
  const unknown = isBare
    ? 'Its name is no more than that of the records, and a new row does not begin with 0, so it may be no count.'
    : 'Nothing but its name says what it counts: it may have a condition that is not known here, which counters.json can say.';
  const lacking = set ?? unknown;
  return {
    table,
    column,
    record,
    link: { key, reference, through: null },
    where: null,
    amount: null,
    subtracts: true,
    upsert: false,
    writers: [],
    source: {
      kind: 'foreign-key-and-name' as const,
      evidence: [
        `${record.name}.${reference.join(', ')} refers to ${table.name}, and ${column} has its name.`,
        ...doubts,
        ...(differs ? [lacking] : []),
        agreementSentence(agreement),
      ],
    },
    confidence: agrees ? ('likely' as const) : ('guess' as const),
    touched: null,
    doubts: differs ? [...doubts, `${lacking} ${agreementSentence(agreement)}`] : doubts,
  };
}

/** Whether a column may as well be a property of the row: `rooms` of a hotel, which lists only some of them. */
function isBareName({ table, column }: Pick<NamedCounter, 'table' | 'column'>): boolean {
  const start = table.columns.find(({ name }) => name === column)?.start ?? null;
  const beginsWithZero = start !== null && Number(defaultNumber(start) ?? Number.NaN) === 0;
  return countedWords(column) === null && !beginsWithZero;
}

// Counts go wrong in a few rows; a condition that is not known makes many wrong.
const few = { share: 0.05, rows: 2 };

function isNearlyAll(of: Agreement | undefined): boolean {
  if (!of || of.agree * 2 <= of.compared) return false;
  return of.compared - of.agree <= Math.max(few.rows, of.compared * few.share);
}

function agreementSentence(agreement: Agreement | undefined): string {
  if (!agreement) return 'No rows were compared.';
  if (agreement.compared === 0) return 'None of the rows that were compared has a count or a record.';
  return `${agreement.agree} of ${agreement.compared} rows that were compared agree.`;
}

/** The counter that this console knows, with what bodies say of it. */
function withWritten(builtIn: CounterDefinition, written: CounterDefinition | undefined): CounterDefinition {
  if (!written) return builtIn;
  return {
    ...builtIn,
    onDelete: written.onDelete,
    writers: written.writers,
    ...(written.doubts ? { doubts: written.doubts } : {}),
    source: { ...builtIn.source, evidence: [...builtIn.source.evidence, ...written.source.evidence] },
  };
}
