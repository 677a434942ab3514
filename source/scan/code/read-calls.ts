import type { Node } from 'oxc-parser';
import type { CountChange } from '../finding.ts';
import { names as subjectNames } from '../subject.ts';
import { howOfEntry } from './count-change.ts';
import { type CounterValue, counterIn, counterOfRelated } from './counter-values.ts';
import type { Follower } from './follow/follow.ts';
import { type ShapeEntry, shapeOf } from './follow/shape.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';
import { entities, lastName, type QueryTarget } from './query-target.ts';
import { readFlush } from './read-flush.ts';
import { readRequest } from './read-request.ts';
import { readCodeRoutine } from './read-routine.ts';
import { calledBy, sqlHelpersIn } from './read-sql-helpers.ts';
import { isWholeRow } from './rows/whole-row.ts';
import {
  type Call,
  type CodeReading,
  type Helper,
  type Known,
  offsetOf,
  type WriteCandidate,
} from './write-candidate.ts';
import { inserters, kindOf, subjectsFor, writers } from './write-methods.ts';

/** Reads the calls of a file: which of them write the counter, pass on what they are given, or insert a record. */
export function readCalls(module: CodeModule, known: Known): CodeReading {
  const reading: CodeReading = { found: [], helpers: [], records: [] };
  for (const call of module.calls) readCall(module, call, known, reading);
  reading.found = reading.found.filter(each => !each.inserts || !isUpdatedToo(each, reading.found));
  reading.helpers.push(...sqlHelpersIn(module, known.follower));
  return reading;
}

function readCall(module: CodeModule, call: Call, known: Known, reading: CodeReading): void {
  const method = lastName(call.callee);
  if (/rpc$/i.test(method)) {
    readCodeRoutine(module, call, known, reading);
    return;
  }
  if (readRequest(module, call, known, reading)) return;
  if (call.callee.type !== 'MemberExpression') return;
  const { follower } = known;
  const receiver = { module, node: call.callee.object as Node };
  if (method === 'flush' || method === 'persistAndFlush' || method === 'flushAsync') {
    readFlush(module, call, follower, reading);
    return;
  }
  if (!writers.has(method)) return;
  const subjects = subjectsFor(follower, method, receiver, call);
  if (subjects.some(({ table }) => table === 'records') && inserters.has(method)) {
    reading.records.push({ module, node: call });
  }
  const subject = subjects.find(({ table, parameter }) => table === 'presets' || parameter);
  // The code of functions in this application is read, so their names need not be interpreted.
  if (subject?.by === 'model' && follower.callees({ module, node: call.callee }).length > 0) return;
  const kind = subject ? kindOf(subject, method, call) : 'prisma';
  const said = subject
    ? saidBy(follower, module, call, method, subject)
    : relatedTo(follower, module, call, method);
  if (!said) return;
  if (subject?.parameter) {
    const [values = null] = said.parameters;
    const [key = null] = said.keys;
    const written = said.entries.length > 0;
    if (written || values || key)
      reading.helpers.push({
        kind,
        table: subject.parameter,
        values: written ? null : values,
        key,
        ...(subject.within ? { within: subject.within } : {}),
        ...(subject.affixes ? { affixes: subject.affixes } : {}),
        ...(written ? writtenAt(follower, module, call, said, subject.parameter) : {}),
      });
    return;
  }
  const inserts = isInsert(method, subject, said, follower);
  for (const entry of said.entries.slice(0, 1)) {
    const how = combined(follower, said);
    reading.found.push({
      module,
      node: call,
      offset: offsetOf(call),
      kind,
      how,
      inserts,
      readBefore: isReadBefore(entry, how),
      saved: said.entries.every(({ saved }) => saved),
      begins: inserts && said.entries.some(each => each.whole || isNumber(each)),
      through: null,
    });
  }
  if (said.entries.length > 0 || inserts) return;
  const helpers = [
    ...said.parameters.map((values): Helper => ({ kind, table: null, values, key: null })),
    ...said.keys.map((key): Helper => ({ kind, table: null, values: null, key })),
  ];
  reading.helpers.push(...helpers);
}

// An upsert is one finding, of its update: `.insert(row).onConflict('id').merge()`.
function isUpdatedToo({ node }: WriteCandidate, found: readonly WriteCandidate[]): boolean {
  const chain = chainAround(node);
  return found.some(
    other =>
      !other.inserts && other.node !== node && other.node.start >= chain.start && other.node.end <= chain.end,
  );
}

function chainAround(call: Node): Node {
  let node = call;
  for (let outer = node.parent; outer; outer = node.parent) {
    const goesOn =
      (outer.type === 'MemberExpression' && (outer.object as Node) === node && lastName(outer) !== 'then') ||
      (outer.type === 'CallExpression' && (outer.callee as Node) === node);
    if (!goesOn) return node;
    node = outer;
  }
  return node;
}

const isNumber = ({ value }: ShapeEntry) =>
  value?.node.type === 'Literal' && typeof value.node.value === 'number';

/** What a call on presets writes to the counter; null if nothing. */
function saidBy(
  follower: Follower,
  module: CodeModule,
  call: Call,
  method: string,
  subject: QueryTarget,
): CounterValue | null {
  const given = call.arguments.map(argument => ({ module, node: argument as Node }));
  const nested =
    subject.by === 'model' || method === 'onConflictDoUpdate' || method === 'onDuplicateKeyUpdate';
  if (method === 'increment' || method === 'decrement') {
    const said = merge(given.map(each => counterIn(follower, each, call, false)));
    const names = given.flatMap(each => [
      ...follower.texts(each),
      ...follower.elements(each).flatMap(element => follower.texts(element)),
    ]);
    const parameters = given
      .flatMap(each => follower.follow(each))
      .filter(({ node }) => node.type === 'Identifier');
    if (!names.some(name => follower.names.isCounter(name)) && said.entries.length === 0) {
      return { entries: [], parameters: [], keys: parameters };
    }
    const value = {
      module,
      node: { ...call, type: 'UpdateExpression', operator: method === 'increment' ? '++' : '--' } as never,
    };
    return {
      entries: [{ key: subjectNames().column, value, at: { module, node: call } }],
      parameters: [],
      keys: [],
    };
  }
  if (subject.by === 'model' && given[0] && isCallback(given[0].node)) return null;
  const [first, second] = given;
  // knex: `.update('views', 3)`; kysely: `.set('views', eb => ...)`
  if (first && second && follower.texts(first).some(name => follower.names.isCounter(name))) {
    return { entries: [{ key: subjectNames().column, value: second, at: first }], parameters: [], keys: [] };
  }
  // A record that was changed: `preset.usageCount += 1; await preset.save()`
  const own =
    subject.by === 'model' && given.length === 0 && call.callee.type === 'MemberExpression'
      ? [{ module, node: call.callee.object as Node }]
      : [];
  if (method === 'merge' && given.length === 0) {
    const inserted = insertedBefore(call);
    return inserted ? counterIn(follower, { module, node: inserted }, call, false) : null;
  }
  if (subject.by === 'from' || subject.by === 'builder') {
    return merge(given.slice(0, 1).map(each => counterIn(follower, each, call, nested)));
  }
  const said = [...own, ...withoutCriteria(follower, method, given)].map((each): CounterValue => {
    const values = counterIn(follower, each, call, nested);
    // An ORM saves what changed of a record that it read; a copy of that record is written as a whole.
    if (method !== 'save' || !isWholeRow(follower, each)) return values;
    const changed = values.entries.filter(({ whole }) => !whole);
    const stale = changed.length === 0 && own.length === 0 && !isNewRow(follower, each);
    return { ...values, entries: stale ? values.entries.map(entry => ({ ...entry, saved: true })) : changed };
  });
  return merge(said);
}

// TypeORM's `update(criteria, values)` and MikroORM's `nativeUpdate(Preset, criteria, values)`. Sequelize has the values first, and
// then options with `where`.
function withoutCriteria(
  follower: Follower,
  method: string,
  given: readonly Reference[],
): readonly Reference[] {
  if (!/^(update|updateOne|updateMany|nativeUpdate)$/.test(method)) return given;
  const at = given[0] && entities(follower, given[0]).length > 0 && given.length > 2 ? 1 : 0;
  const next = given[at + 1];
  if (!next || shapeOf(follower, next).entries.some(({ key }) => key === 'where')) return given;
  return given.filter((_, index) => index !== at);
}

// `repository.create(values)` makes a row that is not stored yet.
const isNewRow = (follower: Follower, ref: Reference) =>
  follower
    .follow(ref)
    .some(({ node }) => node.type === 'CallExpression' && lastName(node.callee) === 'create');

// knex: `.insert(row).onConflict('id').merge()` updates all that it inserts.
function insertedBefore(call: Call): Node | null {
  let node: Node = call;
  while (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    if (lastName(node.callee) === 'insert') return node.arguments[0] ?? null;
    node = node.callee.object as Node;
  }
  return null;
}

function writtenAt(
  follower: Follower,
  module: CodeModule,
  call: Call,
  said: CounterValue,
  table: Reference,
): Pick<Helper, 'how' | 'owner' | 'at'> {
  const how = combined(follower, said);
  const readBefore = said.entries.some(entry => isReadBefore(entry, how));
  return {
    how,
    ...calledBy(table, call),
    at: { module, node: call, offset: offsetOf(call), readBefore },
  };
}

const isCallback = ({ type }: Node) => type === 'ArrowFunctionExpression' || type === 'FunctionExpression';

const merge = (all: CounterValue[]): CounterValue => ({
  entries: all.flatMap(({ entries }) => entries),
  parameters: all.flatMap(({ parameters }) => parameters),
  keys: all.flatMap(({ keys }) => keys),
});

function relatedTo(follower: Follower, module: CodeModule, call: Call, method: string): CounterValue | null {
  const [first] = call.arguments;
  if (!first || !/^(create|update|upsert)/.test(method)) return null;
  const entries = counterOfRelated(follower, { module, node: first }, call);
  return { entries, parameters: [], keys: [] };
}

function isInsert(
  method: string,
  subject: QueryTarget | undefined,
  said: CounterValue,
  follower: Follower,
): boolean {
  if (!subject) return false;
  if (/insert|create|bulkCreate|values/.test(method)) return true;
  // A new record is saved with what it begins with.
  return (
    method === 'save' &&
    said.entries.length > 0 &&
    said.entries.every(entry => howOfEntry(follower, entry) === 'zero')
  );
}

/** How the count changes if it may be set to several values: the worst case. */
function combined(follower: Follower, { entries }: CounterValue): CountChange {
  const all = entries.map(entry => howOfEntry(follower, entry));
  const order: CountChange[] = ['adds', 'subtracts', 'sets', 'recounts', 'zero'];
  return order.find(how => all.includes(how)) ?? 'sets';
}

/** Whether the application computes the new count itself, from one that it read before. */
export function isReadBefore({ value, whole }: ShapeEntry, how: CountChange): boolean {
  if (whole) return true;
  if (how !== 'adds' && how !== 'subtracts') return false;
  if (!value) return true;
  const { module, node } = value;
  // TypeORM's `() => 'views + 1'`, and SQL
  if (/ArrowFunction|TaggedTemplate/.test(node.type)) return false;
  const text = module.text.slice(node.start, node.end);
  return !/\b(raw|literal|sql|increment|decrement|unsafe)\b|\beb\b|['"]\+['"]/.test(text);
}
