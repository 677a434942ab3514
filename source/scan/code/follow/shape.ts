import type { Node } from 'oxc-parser';
import { names, withNames } from '../../subject.ts';
import type { Reference } from '../parse/code-module.ts';
import { isFunction } from '../parse/parse-code.ts';
import { isWholeRow, rowsOfBinding } from '../rows/whole-row.ts';
import { type Binding, plainKey } from './bindings.ts';
import type { Follower } from './follow.ts';
import { functionAround, lookup, returnsOf } from './lookup.ts';
import { parameterOf } from './parameters.ts';
import { referencesTo } from './references.ts';

/** A property that an object may have, and what it may be set to. */
export interface ShapeEntry {
  key: string;
  /** Null if the property is changed in place: `patch.count++`. */
  value: Reference | null;
  /** Where it is written. */
  at: Reference;
  /** True for the count in a row that is written back as it was read. */
  whole?: boolean;
  /** True if an ORM saves that row, and compares it with the table first. */
  saved?: boolean;
}

/** The properties that an object may have, as far as they are written literally. */
export interface ValueShape {
  entries: ShapeEntry[];
  /** Parameters that are the object, or are spread into it: callers decide what they contain. */
  parameters: Reference[];
  /** Parameters that name a property: `{ [field]: value }`. */
  keys: Reference[];
}

const none: ValueShape = { entries: [], parameters: [], keys: [] };

// The same property reached in several ways counts once: otherwise copies of copies would double with every step.
const merged = (shapes: ValueShape[]): ValueShape => ({
  entries: distinct(
    shapes.flatMap(({ entries }) => entries),
    ({ at }) => at.node,
  ),
  parameters: distinct(
    shapes.flatMap(({ parameters }) => parameters),
    ({ node }) => node,
  ),
  keys: distinct(
    shapes.flatMap(({ keys }) => keys),
    ({ node }) => node,
  ),
});

function distinct<Item extends object>(items: Item[], about: (item: Item) => Node): Item[] {
  return items.length < 2 ? items : [...Map.groupBy(items, about).values()].flatMap(same => byKey(same));
}

const byKey = <Item extends object>(same: Item[]): Item[] =>
  same.length < 2 ? same : [...new Map(same.map(item => ['key' in item ? item.key : null, item])).values()];

/**
 * The properties of an object where it is used: literal, spread from others, set step by step before that, or built by a
 * helper. For an array those of its elements; for a callback those of what it returns.
 */
export function shapeOf(follower: Follower, ref: Reference, use: Node = ref.node): ValueShape {
  const known = shapes().get(use)?.get(ref.node);
  if (known) return known;
  const ofUse = shapes().get(use) ?? new Map<Node, ValueShape>();
  shapes().set(use, ofUse.set(ref.node, none));
  const found = findShape(follower, ref, use);
  ofUse.set(ref.node, found);
  return found;
}

// Cached, because an object may be built from the same parts in many ways, or from itself. A node belongs to one scan only.
const shapes = withNames(() => new WeakMap<Node, Map<Node, ValueShape>>());

function findShape(follower: Follower, ref: Reference, use: Node): ValueShape {
  const { module, node } = ref;
  const on = (next: Node) => shapeOf(follower, { module, node: next }, use);
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ChainExpression':
      return on(node.expression);
    case 'AwaitExpression':
      return on(node.argument);
    case 'ConditionalExpression':
      return merged([on(node.consequent), on(node.alternate)]);
    case 'LogicalExpression':
      return merged([on(node.left), on(node.right)]);
    case 'ObjectExpression':
      return ofObject(follower, { module, node }, use);
    case 'ArrayExpression':
      return merged(
        node.elements.map(element =>
          element ? on(element.type === 'SpreadElement' ? element.argument : element) : none,
        ),
      );
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return isFunction(node) ? merged(returnsOf(node).map(on)) : none;
    case 'Identifier': {
      const binding = lookup(module, node.name, node);
      return binding ? ofBinding(follower, { module, node }, binding, use) : none;
    }
    case 'CallExpression':
      return withRow(follower, ref, ofCall(follower, ref, use));
    case 'MemberExpression':
      return withRow(follower, ref, ofFollowed(follower, ref, use));
    default:
      return none;
  }
}

/** Adds the count of a row that was read. */
function withRow(follower: Follower, ref: Reference, shape: ValueShape): ValueShape {
  if (shape.entries.some(({ key }) => follower.names.isCounter(key)) || !isWholeRow(follower, ref))
    return shape;
  return { ...shape, entries: [...shape.entries, rowEntry(ref)] };
}

const rowEntry = (ref: Reference): ShapeEntry => ({ key: names().column, value: ref, at: ref, whole: true });

/** What is written after a spread replaces what was spread; `undefined` is not written at all. */
function ofObject(follower: Follower, { module, node }: Reference, use: Node): ValueShape {
  if (node.type !== 'ObjectExpression') return none;
  let before: ValueShape[] = [];
  for (const property of node.properties) {
    const shape = ofProperty(follower, { module, node: property }, use);
    const counter = shape.entries.find(({ key }) => follower.names.isCounter(key));
    if (property.type === 'Property' && counter) {
      before = before.map(each => ({ ...each, entries: each.entries.filter(({ whole }) => !whole) }));
      if (isUndefined(property.value)) continue;
    }
    before.push(shape);
  }
  return merged(before);
}

const isUndefined = (node: Node) => node.type === 'Identifier' && node.name === 'undefined';

function ofFollowed(follower: Follower, ref: Reference, use: Node): ValueShape {
  return merged(
    follower.follow(ref).map(found => {
      if (found.node === ref.node) return none;
      return shapeOf(follower, found, found.module === ref.module ? use : found.node);
    }),
  );
}

function ofProperty(follower: Follower, { module, node }: Reference, use: Node): ValueShape {
  if (node.type === 'SpreadElement') return shapeOf(follower, { module, node: node.argument }, use);
  if (node.type !== 'Property') return none;
  const value = { module, node: node.value as Node };
  const key = plainKey(node.key, node.computed);
  if (key !== null) return { ...none, entries: [{ key, value, at: { module, node } }] };
  const names = follower.follow({ module, node: node.key });
  return {
    ...none,
    entries: follower
      .texts({ module, node: node.key })
      .map(text => ({ key: text, value, at: { module, node } })),
    keys: names.filter(name => name.node.type === 'Identifier'),
  };
}

function ofBinding(follower: Follower, ref: Reference, binding: Binding, use: Node): ValueShape {
  const { module } = ref;
  const changed = changesOf(follower, ref, binding, use);
  const [rest] = binding.steps.slice(-1);
  let held: ValueShape;
  if (binding.kind === 'parameter') {
    held = { ...none, parameters: [{ module, node: binding.declared }] };
  } else if (rest && 'without' in rest) {
    const whole = binding.init ? shapeOf(follower, { module, node: binding.init }, use) : none;
    const gone = leftOut(follower, rest.without);
    held = { ...whole, entries: whole.entries.filter(({ key }) => !gone(key)) };
  } else if (binding.steps.length === 0 && binding.init && binding.kind === 'variable') {
    held = shapeOf(follower, { module, node: binding.init }, use);
  } else {
    held = merged(follower.boundTo(module, binding).map(found => shapeOf(follower, found, found.node)));
  }
  const row = rowsOfBinding(follower, module, binding);
  if (row === 'rows' || row === 'either') {
    if (!held.entries.some(({ key }) => follower.names.isCounter(key)))
      held = { ...held, entries: [...held.entries, rowEntry(ref)] };
  }
  const both = merged([held, changed.shape]);
  const gone = leftOut(follower, changed.deleted);
  return {
    ...both,
    entries: both.entries.filter(({ key, value }) => !gone(key) && !(value && isUndefined(value.node))),
  };
}

/** Whether a property is among those left out; the counter may be spelled in more than one way. */
function leftOut(follower: Follower, names: readonly string[]): (key: string) => boolean {
  const counter = names.some(name => follower.names.isCounter(name));
  return key => names.includes(key) || (counter && follower.names.isCounter(key));
}

/** What happens to a variable before it is used: properties set and deleted, elements pushed, other objects assigned. */
function changesOf(follower: Follower, { module }: Reference, binding: Binding, use: Node) {
  const deleted: string[] = [];
  const shapes = referencesTo(module, binding).map((reference): ValueShape => {
    if (comesAfter(reference, use)) return none;
    const parent = reference.parent!;
    if (parent.type === 'AssignmentExpression' && (parent.left as Node) === reference) {
      return shapeOf(follower, { module, node: parent.right }, use);
    }
    if (parent.type === 'CallExpression' && parent.arguments[0] === (reference as unknown)) {
      const { callee } = parent;
      const assigns = callee.type === 'MemberExpression' && plainKey(callee.property, false) === 'assign';
      if (!assigns) return none;
      return merged(parent.arguments.slice(1).map(each => shapeOf(follower, { module, node: each }, use)));
    }
    if (parent.type !== 'MemberExpression' || (parent.object as Node) !== reference) return none;
    const action = parent.parent!;
    const key = plainKey(parent.property, parent.computed);
    const names = key !== null ? [key] : follower.texts({ module, node: parent.property as Node });
    if (action.type === 'AssignmentExpression' && (action.left as Node) === parent) {
      const value = { module, node: action.operator === '=' ? action.right : (action as Node) };
      return { ...none, entries: names.map(name => ({ key: name, value, at: { module, node: action } })) };
    }
    if (action.type === 'UpdateExpression') {
      return {
        ...none,
        entries: names.map(name => ({
          key: name,
          value: { module, node: action },
          at: { module, node: action },
        })),
      };
    }
    if (action.type === 'UnaryExpression' && action.operator === 'delete') deleted.push(...names);
    if (action.type === 'CallExpression' && (key === 'push' || key === 'unshift')) {
      return merged(action.arguments.map(each => shapeOf(follower, { module, node: each }, use)));
    }
    return none;
  });
  return { shape: merged(shapes), deleted };
}

// Only changes before the update count; later ones are for the screen. Changes in another function, or in a loop that repeats,
// may have come before it.
function comesAfter(reference: Node, use: Node): boolean {
  return reference.start > use.end && functionAround(reference) === functionAround(use);
}

function ofCall(follower: Follower, ref: Reference, use: Node): ValueShape {
  const { module, node } = ref;
  if (node.type !== 'CallExpression') return none;
  const on = (next: Node | undefined) => (next ? shapeOf(follower, { module, node: next }, use) : none);
  const { callee, arguments: given } = node;
  const name =
    callee.type === 'MemberExpression'
      ? plainKey(callee.property, callee.computed)
      : callee.type === 'Identifier'
        ? callee.name
        : null;
  const made = follower.callees({ module, node: callee });
  if (made.length > 0) {
    return merged(
      made.flatMap(({ module: of, node: called }) =>
        isFunction(called)
          ? returnsOf(called).map(each => {
              const shape = shapeOf(follower, { module: of, node: each }, each);
              return withArguments(follower, { module: of, node: called }, shape, given, on);
            })
          : [],
      ),
    );
  }
  switch (name) {
    case 'assign':
    case 'merge':
    case 'all':
    case 'freeze':
    case 'stringify':
    case 'structuredClone':
    case 'cloneDeep':
    case 'compact':
    case 'pickBy':
      return merged(given.map(on));
    case 'parse':
      // A schema's parse() keeps what the schema names.
      return module.text.slice(callee.start, callee.end) === 'JSON.parse' ? on(given[0]) : none;
    case 'reactive':
    case 'ref':
    case 'clone':
    case 'toRaw':
    case '$state':
    case 'defaults':
      return merged(given.map(on));
    case 'omit':
    case 'pick':
      return picked(follower, ref, on(given[0]), name === 'pick');
    case 'map':
    case 'flatMap':
    case 'from':
      return on(given.at(-1));
    case 'filter':
    case 'slice':
    case 'concat':
      return callee.type === 'MemberExpression' ? merged([on(callee.object), ...given.map(on)]) : none;
    case 'fromEntries':
      return fromEntries(follower, { module, node: given[0] ?? node }, on);
    default:
      return none;
  }
}

/** What a function returns when it is called so: its parameters are what it is given. */
function withArguments(
  follower: Follower,
  { module, node: called }: Reference,
  shape: ValueShape,
  given: readonly Node[],
  on: (next: Node | undefined) => ValueShape,
): ValueShape {
  const shapes = shape.parameters.map((parameter): ValueShape => {
    const binding = parameter.module === module ? parameterOf(parameter) : undefined;
    if (!binding || binding.owner !== called) return { ...none, parameters: [parameter] };
    const [step, ...more] = binding.steps;
    if (!step) return on(given[binding.index]);
    if (!('without' in step) || more.length > 0) return { ...none, parameters: [parameter] };
    const whole = on(given[binding.index]);
    const gone = leftOut(follower, step.without);
    return { ...whole, entries: whole.entries.filter(({ key }) => !gone(key)) };
  });
  return merged([{ ...shape, parameters: [] }, ...shapes]);
}

/** lodash's omit and pick: `omit(row, ['id'])`. */
function picked(
  follower: Follower,
  { module, node }: Reference,
  whole: ValueShape,
  keeps: boolean,
): ValueShape {
  if (node.type !== 'CallExpression') return none;
  const names = node.arguments.flatMap(each => {
    const ref = { module, node: each };
    const listed = follower.follow(ref).flatMap(list => follower.elements(list));
    return [...follower.texts(ref), ...listed.flatMap(element => follower.texts(element))];
  });
  const named = leftOut(follower, names);
  return { ...whole, entries: whole.entries.filter(({ key }) => named(key) === keeps) };
}

function fromEntries(
  follower: Follower,
  { module, node }: Reference,
  on: (next: Node | undefined) => ValueShape,
): ValueShape {
  // Object.fromEntries(Object.entries(row).filter(...))
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    const method = plainKey(node.callee.property, false);
    if (method === 'entries') return on(node.arguments[0]);
    const [test] = node.arguments;
    const keeps = test && !selective().test(module.text.slice(test.start, test.end));
    if (method === 'filter' && keeps)
      return fromEntries(follower, { module, node: node.callee.object as Node }, on);
  }
  if (node.type !== 'ArrayExpression') return none;
  return {
    ...none,
    entries: node.elements.flatMap(pair => {
      if (pair?.type !== 'ArrayExpression' || !pair.elements[0]) return [];
      const [key, value] = pair.elements;
      return follower.texts({ module, node: key }).map(text => ({
        key: text,
        value: value ? { module, node: value } : null,
        at: { module, node: pair },
      }));
    }),
  };
}

const selective = withNames(({ column }) => new RegExp(`${column}|includes|\\.has\\(|\\bin\\b`, 'i'));
