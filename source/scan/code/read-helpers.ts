import type { Node } from 'oxc-parser';
import { withNames } from '../subject.ts';
import { howOfEntry } from './count-change.ts';
import { counterIn } from './counter-values.ts';
import { givenToConstructor, givenToFactory } from './follow/constructed.ts';
import type { Follower } from './follow/follow.ts';
import { functionAround, nameOfFunction } from './follow/lookup.ts';
import { parameterIn, parameterOf } from './follow/parameters.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';
import { isFunction } from './parse/parse-code.ts';
import { entities, isOwn, lastName } from './query-target.ts';
import { isReadBefore } from './read-calls.ts';
import {
  type CodeReading,
  type Helper,
  type Known,
  offsetOf,
  type WriteCandidate,
} from './write-candidate.ts';

// Follows a helper of a helper of a helper, but no further.
const rounds = 3;

/**
 * Finds calls that pass the counter to a helper that writes its argument: `updatePost(id, { views: n + 1 })`. `read`
 * reads a file that was skipped so far because it does not name the counter itself; `calling` parses those that were skipped although
 * they name it, and may call one of the helpers with these names.
 */
export function readHelperCalls(
  readings: ReadonlyMap<CodeModule, CodeReading>,
  known: Known,
  read: (module: CodeModule) => CodeReading,
  calling: (names: readonly string[]) => CodeModule[],
): WriteCandidate[] {
  const found: WriteCandidate[] = [];
  const direct = new Set<Node>([...readings.values()].flatMap(each => each.found.map(({ node }) => node)));
  const taken = new Set(direct);
  const reported = new Set<Node>();
  for (let round = 0; round < rounds; round += 1) {
    const index = indexed(readings);
    const names = new Set(index.map(({ name }) => name ?? ''));
    names.delete('');
    if (names.size > 0) for (const module of calling([...names])) read(module);
    let passedOn = false;
    for (const [module, reading] of readings) {
      for (const call of module.calls) {
        if (taken.has(call)) continue;
        for (const { helper, name } of helpersOf(module, call, known, index, read)) {
          if (helper.at && (reported.has(helper.at.node) || direct.has(helper.at.node))) continue;
          const result = pass(module, call, helper, known);
          if (!result) continue;
          // A write stands where the counter is named, whoever names the table.
          if (helper.at && 'readBefore' in result) {
            reported.add(helper.at.node);
            found.push({ ...result, ...helper.at, kind: helper.kind, through: null });
            continue;
          }
          taken.add(call);
          if ('readBefore' in result) {
            found.push({
              ...result,
              module,
              node: call,
              offset: offsetOf(call),
              kind: helper.kind,
              through: name,
            });
          } else {
            reading.helpers.push(result);
            passedOn = true;
          }
          break;
        }
      }
    }
    if (!passedOn) break;
  }
  return found;
}

interface Named {
  helper: Helper;
  name: string | null;
  owner: Node;
}

function indexed(readings: ReadonlyMap<CodeModule, CodeReading>): Named[] {
  return [...readings.values()].flatMap(({ helpers }) => helpers.flatMap(namedBy));
}

function namedBy(helper: Helper): Named[] {
  const parameter = helper.values ?? helper.key ?? helper.table;
  const owner =
    helper.owner ?? (parameter && (parameterOf(parameter)?.owner ?? functionAround(parameter.node)));
  return owner && isFunction(owner) ? [{ helper, owner, name: nameOfFunction(owner) }] : [];
}

function helpersOf(
  module: CodeModule,
  call: Extract<Node, { type: 'CallExpression' }>,
  { follower }: Known,
  index: Named[],
  read: (module: CodeModule) => CodeReading,
): Named[] {
  const name = lastName(call.callee);
  const called = follower.callees({ module, node: call.callee });
  if (called.length > 0) {
    const own = called.flatMap(({ module: of }) => read(of).helpers.flatMap(namedBy));
    return own.filter(({ owner }) => called.some(({ node }) => node === owner));
  }
  if (call.callee.type !== 'MemberExpression') return [];
  // An injected object is only known by its name.
  const receiver = module.text.slice(call.callee.object.start, call.callee.object.end);
  const about = rowNamed().test(`${receiver}.${name}`) || rowNamed().test(module.file);
  return about ? index.filter(each => each.name === name && name !== '') : [];
}

const rowNamed = withNames(({ row }) => new RegExp(row, 'i'));

/** Whether what a call gives for the table is presets: its name, its definition, or its name in an object of tables. */
function isOfPresets(
  follower: Follower,
  given: readonly Reference[],
  { within, affixes: [before, after] = ['', ''] }: Helper,
): boolean {
  const isPresets = (ref: Reference) => entities(follower, ref).some(({ table }) => table === 'presets');
  return given.some(each => {
    const names = follower.texts(each);
    if (names.length === 0) return isPresets(each);
    const held = within
      ? names.flatMap(name => follower.follow(within).flatMap(object => follower.member(object, name)))
      : [];
    return held.length > 0
      ? held.some(isPresets)
      : names.some(name => follower.names.isPresets(before + name + after));
  });
}

type Passed = Pick<WriteCandidate, 'how' | 'inserts' | 'readBefore'> | Helper;

function pass(
  module: CodeModule,
  call: Extract<Node, { type: 'CallExpression' }>,
  helper: Helper,
  known: Known,
): Passed | null {
  const { follower } = known;
  const argumentOf = (parameter: Reference): Reference[] => {
    const binding = parameterOf(parameter);
    const given = binding && call.arguments[binding.index];
    if (!given) return [];
    const ref = { module, node: given as Node };
    return binding.steps.length === 0 ? [ref] : follower.step(follower.follow(ref), binding.steps);
  };
  // `this.table` belongs to the object that the call is made on.
  const tablesOf = (table: Reference): Reference[] => {
    const binding = parameterOf(table);
    const constructed = binding?.owner?.parent?.type === 'MethodDefinition' && binding.owner.parent.kind;
    const object = call.callee.type === 'MemberExpression' ? (call.callee.object as Node) : null;
    if (!isOwn(table.node) && constructed !== 'constructor') {
      const made =
        binding?.owner && object
          ? givenToFactory(follower, binding.owner, binding.index, { module, node: object })
          : [];
      return made.length > 0 ? made : argumentOf(table);
    }
    if (!object) return [];
    if (binding?.owner)
      return givenToConstructor(follower, binding.owner, binding.index, { module, node: object });
    const name = lastName(table.node);
    return follower.follow({ module, node: object }).flatMap(each => follower.member(each, name));
  };
  const given = helper.table ? tablesOf(helper.table) : [];
  let table: Reference | null = null;
  if (helper.table && !isOfPresets(follower, given, helper)) {
    table = given.map(each => parameterIn(follower, each)).find(each => each !== null) ?? null;
    if (!table) return null;
  }
  const passedOn = passValues(call, helper, known, argumentOf);
  if (!table || !passedOn) return passedOn;
  // The caller's callers give the table.
  if (!('readBefore' in passedOn)) return { ...helper, owner: null, ...passedOn, table };
  const { how, readBefore } = passedOn;
  const at = helper.at ?? { module, node: call as Node, offset: offsetOf(call), readBefore };
  return { ...helper, table, values: null, key: null, owner: null, how, at };
}

/** What a call writes through a helper to the table that was given. */
function passValues(
  call: Node,
  helper: Helper,
  known: Known,
  argumentOf: (parameter: Reference) => Reference[],
): Passed | null {
  const { follower } = known;
  if (helper.key) {
    const texts = argumentOf(helper.key).flatMap(each => follower.texts(each));
    const writes =
      helper.kind === 'rpc' ? texts.some(known.counts) : texts.some(name => follower.names.isCounter(name));
    const [key] = argumentOf(helper.key).flatMap(each => parameterIn(follower, each) ?? []);
    if (!writes && key && helper.kind !== 'rpc') return { ...helper, table: null, key, owner: null };
    return writes ? { how: helper.how ?? 'adds', inserts: false, readBefore: false } : null;
  }
  if (!helper.values) return { how: helper.how ?? 'sets', inserts: false, readBefore: false };
  const said = argumentOf(helper.values).map(each => counterIn(follower, each, call, true));
  const entries = said.flatMap(each => each.entries);
  const [entry] = entries;
  if (entry) {
    const hows = entries.map(each => howOfEntry(follower, each));
    const how =
      (['adds', 'subtracts', 'sets', 'recounts'] as const).find(each => hows.includes(each)) ?? 'zero';
    return { how, inserts: false, readBefore: isReadBefore(entry, how) };
  }
  const [values] = said.flatMap(each => each.parameters);
  return values ? { kind: helper.kind, table: null, values, key: null } : null;
}
