import type postgres from 'postgres';
import type { Database } from '../../source/connection/transactions.ts';
import type { CounterDefinition } from '../../source/counter/definition/definition.ts';
import { columnsOf } from '../../source/counter/definition/predicate.ts';
import { predicateText } from '../../source/counter/definition/predicate-text.ts';
import { findCounters } from '../../source/counters/run.ts';
import type { CounterHealth } from '../../source/trigger/defined/judge.ts';
import { readCounterHealth } from '../../source/trigger/defined/read-health.ts';
import type { Generated } from './generate.ts';
import { play, type Result, type Truth, truthOf } from './play.ts';

/** What came of one generated schema. */
export interface Compared {
  made: Generated;
  /** What the tool says, in words. */
  said: string;
  /** It says so without a doubt. */
  isCertain: boolean;
  /** Where it says so and PostgreSQL does otherwise. */
  faults: readonly Fault[];
  /** Right by what it was meant to count, and not certain: why. */
  loss: string | null;
  /** Said to be wrong for an event, and right in all that was played. */
  alarms: readonly string[];
}

export interface Fault {
  /** `misread`: the definition is not what the body counts; `event`: an event that is said to be counted is not. */
  kind: 'misread' | 'event';
  event: string;
  sql: string;
  wrong: string;
}

// Findings that say nothing of what one statement by itself does.
const beside: ReadonlySet<string> = new Set([
  'function-search-path',
  'recount-overlaps',
  'function-invoker',
  'clamped',
  'count-null',
  'sum-null',
  'first-not-counted',
]);

/** Installs a generated schema, lets the tool read it, plays a workload, and compares the two. */
export async function compared(
  sql: postgres.Sql,
  database: Database,
  made: Generated,
): Promise<Compared | null> {
  const { ground } = made;
  await sql.unsafe(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;`).simple();
  try {
    await sql.unsafe(made.sql).simple();
  } catch (error) {
    if (/syntax error/.test((error as Error).message)) throw error;
    return null;
  }
  const found = await findCounters(database, 'public');
  const definition = found.counters.find(each => each.row.count === ground.count);
  const refused = found.notCheckable.find(each => each.column === ground.count);
  const meant = truthOf({
    ...ground,
    amount: ground.sums ? 'n' : null,
    where: ground.condition?.plain ?? null,
  });
  const isRead = definition && definition.confidence !== 'guess';
  if (!isRead) {
    const results = await play(sql, made, [meant]);
    const reason = refused?.reason ?? (definition ? 'only its name speaks for it' : 'not found');
    return {
      made,
      said: reason,
      isCertain: false,
      faults: [],
      loss: isRight(results, 0) ? reason : null,
      alarms: [],
    };
  }
  const { health } = await readCounterHealth(database, definition);
  const said = definedAs(definition);
  const own = truthIn(definition);
  const results = await play(sql, made, [own, meant]);
  const kinds = new Map(results.map(each => [each, kindOf(each, definition)]));
  const faults = eventFaults(results, kinds, health);
  const anew = own.wrong === meant.wrong ? [] : await play(sql, made, [meant, own]);
  const misread = anew.length > 0 && definition.confidence === 'certain' ? misreadAs(anew) : [];
  const told = `${definition.confidence}: ${said}\n${health.events.map(each => `${each.event} ${each.handled === null ? '?' : each.handled ? each.effect : 'no'}`).join(', ')}\n${health.findings.map(each => `${each.severity} ${each.code}${each.event ? ` (${each.event})` : ''}: ${each.message}`).join('\n')}${definition.doubts ? `\n${definition.doubts.join('\n')}` : ''}`;
  const loss =
    definition.confidence !== 'certain' && isRight(own.wrong === meant.wrong ? results : anew, 0)
      ? (definition.doubts ?? []).join(' ')
      : null;
  return {
    made,
    said: told,
    isCertain: definition.confidence === 'certain',
    faults: [...misread, ...faults],
    loss,
    alarms: alarmsOf(results, kinds, health),
  };
}

function isRight(results: readonly Result[], truth: number): boolean {
  return results.every(
    ({ kind, error, wrong }) => error !== null || kind === 'truncate' || wrong[truth] === '',
  );
}

function definedAs({ row, via, record, onDelete }: CounterDefinition): string {
  return `${(via ?? row).table}.${row.count} = ${record.amount ?? 'records'} of ${record.table} by ${record.reference.join(', ')}${record.through ? ` through ${record.through.table}` : ''}${record.where ? ` where ${predicateText(record.where, name => name)}` : ''}${onDelete === 'keeps' ? ', keeps' : ''}`;
}

function truthIn({ row, via, record }: CounterDefinition): Truth {
  return truthOf({
    home: (via ?? row).table,
    key: (via ? via.row[0] : row.key[0]) ?? '',
    count: row.count,
    records: record.table,
    reference: record.reference[0] ?? '',
    amount: record.amount,
    where: record.where && predicateText(record.where, name => name),
  });
}

/** The event that a statement is by the definition. */
function kindOf({ kind, changes, sql }: Result, { record }: CounterDefinition): string {
  if (kind === 'call') return sql.includes('unlike_it') ? 'delete' : 'insert';
  if (kind === 'mixed') return 'several';
  if (kind !== 'update') return kind;
  const kinds = [
    changes.some(name => record.reference.includes(name)) ? 'move' : null,
    record.where && changes.some(name => columnsOf(record.where as never).includes(name))
      ? 'condition'
      : null,
    record.amount !== null && changes.includes(record.amount) ? 'amount' : null,
  ].filter(each => each !== null);
  return kinds.length > 1 ? 'several' : (kinds[0] ?? 'update');
}

/** What is said to be counted, or of which nothing is said, and goes wrong. */
function eventFaults(
  results: readonly Result[],
  kinds: ReadonlyMap<Result, string>,
  { events, findings }: CounterHealth,
): Fault[] {
  const handled = new Map(events.map(each => [each.event as string, each.handled]));
  const told = new Set(
    findings.flatMap(({ severity, code, event }) =>
      severity === 'info' || beside.has(code) ? [] : [event ?? 'any'],
    ),
  );
  const isNullTold = findings.some(({ code }) => code === 'count-null' || code === 'sum-null');
  const changes = ['insert', 'delete', 'move', 'condition', 'amount'];
  const isSound = told.size === 0 && changes.every(each => handled.get(each) ?? true);
  return results.flatMap(each => {
    const event = kinds.get(each) ?? '';
    const claimed = handled.has(event)
      ? handled.get(event) === true && !told.has(event) && !told.has('any')
      : event !== 'truncate' && isSound;
    const [wrong = ''] = each.wrong;
    const isTold = isNullTold && wrong.split(', ').every(row => row.includes(': NULL instead'));
    return claimed && each.error === null && wrong !== '' && !isTold
      ? [{ kind: 'event', event, sql: each.sql, wrong }]
      : [];
  });
}

/** A body that counts what it is meant to with every insert and delete, and not what the definition says. */
function misreadAs(results: readonly Result[]): Fault[] {
  const plain = results.filter(
    ({ kind, error }) => error === null && (kind === 'insert' || kind === 'delete' || kind === 'call'),
  );
  if (!plain.every(({ wrong }) => wrong[0] === '')) return [];
  return plain.flatMap(({ wrong, sql, kind }) =>
    wrong[1] ? [{ kind: 'misread' as const, event: kind, sql, wrong: wrong[1] }] : [],
  );
}

function alarmsOf(
  results: readonly Result[],
  kinds: ReadonlyMap<Result, string>,
  { events, findings }: CounterHealth,
): string[] {
  return events.flatMap(({ event, handled }) => {
    const own = results.filter(each => kinds.get(each) === event && each.error === null);
    if (handled !== false || own.length < 5 || !own.every(({ wrong }) => wrong[0] === '')) return [];
    return [
      `${event}: ${findings
        .filter(each => each.event === event && each.severity !== 'info')
        .map(({ code }) => code)
        .join(' ')}`,
    ];
  });
}
