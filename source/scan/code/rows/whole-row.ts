import type { Node } from 'oxc-parser';
import { withNames } from '../../subject.ts';
import { type Binding, type BindingStep, plainKey } from '../follow/bindings.ts';
import { classAround } from '../follow/class-members.ts';
import type { Follower } from '../follow/follow.ts';
import { lookup, returnsOf } from '../follow/lookup.ts';
import { assignedTo, referencesTo } from '../follow/references.ts';
import type { CodeModule, Reference } from '../parse/code-module.ts';
import { isFunction } from '../parse/parse-code.ts';
import { isOwn, lastName } from '../query-target.ts';
import type { Call } from '../write-candidate.ts';
import { queriedBy, type RowResult, selectsRows } from './row-query.ts';
import { isRowType } from './row-type.ts';

/** Whether an expression is a preset with its count, or several, as they were read. Whoever writes it back writes the count. */
export function isWholeRow(follower: Follower, ref: Reference): boolean {
  const result = rowsOf(follower, ref);
  return result === 'rows' || result === 'either';
}

// Cached, because it is asked of every object that is written, and may lead back to it. A node belongs to one scan only.
const known = withNames(() => new WeakMap<Node, RowResult | null>());

function rowsOf(follower: Follower, ref: Reference): RowResult | null {
  const before = known().get(ref.node);
  if (before !== undefined) return before;
  known().set(ref.node, null);
  const found = findRows(follower, ref);
  known().set(ref.node, found);
  return found;
}

type Finds = (next: Node) => RowResult | null;

/** What the first of several is that is a row. */
function first<Item>(items: Iterable<Item>, find: (item: Item) => RowResult | null): RowResult | null {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return null;
}

function findRows(follower: Follower, ref: Reference): RowResult | null {
  const { module, node } = ref;
  const on = (next: Node) => rowsOf(follower, { module, node: next });
  switch (node.type) {
    case 'AwaitExpression':
      return on(node.argument);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return on(node.expression) ?? ofCast(follower, module, node);
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      return on(node.expression);
    case 'ConditionalExpression':
      return on(node.consequent) ?? on(node.alternate);
    case 'LogicalExpression':
      return on(node.left) ?? on(node.right);
    case 'AssignmentExpression':
      return node.operator === '=' ? on(node.right) : null;
    case 'TaggedTemplateExpression':
      return selectsRows(follower, ref) ? 'either' : null;
    case 'Identifier': {
      const binding = lookup(module, node.name, node);
      return binding ? rowsOfBinding(follower, module, binding) : null;
    }
    case 'MemberExpression': {
      const whole = on(node.object as Node);
      if (whole) return stepInto(whole, memberStep(node), follower);
      const held = setOnThis(module, node, on);
      if (held) return held;
      // `props.preset`
      const of =
        node.object.type === 'Identifier' ? lookup(module, node.object.name, node.object) : undefined;
      if (of && isTyped(follower, module, { ...of, steps: [...of.steps, memberStep(node)] })) return 'rows';
      return first(follower.follow(ref), each => rowsOf(follower, each));
    }
    case 'CallExpression':
      return (
        ofCall(follower, module, node) ??
        returnedBy(follower, follower.callees({ module, node: node.callee })) ??
        first(follower.follow(ref), each => rowsOf(follower, each))
      );
    default:
      return null;
  }
}

// `this.preset = data` in another method
function setOnThis(
  module: CodeModule,
  node: Extract<Node, { type: 'MemberExpression' }>,
  on: Finds,
): RowResult | null {
  if (!isOwn(node)) return null;
  return first((module.identifiers.get(node.property.name) ?? []) as Node[], ({ parent: member }) => {
    const action = member && isOwn(member) ? member.parent : null;
    const sets = action?.type === 'AssignmentExpression' && classAround(action) === classAround(node);
    return sets ? on(action.right) : null;
  });
}

// An object that is written out holds what it holds, whatever it is called.
function ofCast(follower: Follower, module: CodeModule, node: Node): RowResult | null {
  if (node.type !== 'TSAsExpression' || node.expression.type === 'ObjectExpression') return null;
  return isRowType(follower, { module, node: node.typeAnnotation }) ? 'rows' : null;
}

function memberStep(node: Extract<Node, { type: 'MemberExpression' }>): BindingStep {
  const key = plainKey(node.property, node.computed);
  return key === null || /^\d+$/.test(key) ? { element: true } : { key };
}

/** What a step of destructuring leaves of a result: the rows of a response, a row of several, all but some columns. */
function stepInto(from: RowResult, step: BindingStep, follower: Follower): RowResult | null {
  if ('without' in step) return step.without.some(key => follower.names.isCounter(key)) ? null : from;
  if ('element' in step) return from === 'response' ? null : 'rows';
  if (step.key === 'data') return from === 'rows' ? null : 'rows';
  if (step.key === 'rows') return from === 'either' ? 'rows' : null;
  // Vue's ref, Sequelize's instance.
  return /^(value|dataValues|current)$/.test(step.key) && from === 'rows' ? 'rows' : null;
}

/** What a name is bound to. */
export function rowsOfBinding(follower: Follower, module: CodeModule, binding: Binding): RowResult | null {
  const settled = ofSettled(follower, module, binding);
  const start = settled ?? heldBy(follower, module, binding);
  const stepped = binding.steps
    .slice(settled ? 1 : 0)
    .reduce<RowResult | null>((held, step) => held && stepInto(held, step, follower), start);
  if (stepped) return stepped;
  if (isTyped(follower, module, binding)) return 'rows';
  // `const { preset } = await load(id)`
  return first(follower.boundTo(module, binding), each => rowsOf(follower, each));
}

// `const [{ data: preset }, { data: folder }] = await Promise.all([...])`
function ofSettled(follower: Follower, module: CodeModule, { init, steps }: Binding): RowResult | null {
  const [step] = steps;
  const call = init?.type === 'AwaitExpression' ? init.argument : null;
  if (!step || !('element' in step) || call?.type !== 'CallExpression') return null;
  const [list] = call.arguments;
  if (lastName(call.callee) !== 'all' || list?.type !== 'ArrayExpression') return null;
  const read = list.elements[step.index!];
  return read ? rowsOf(follower, { module, node: read }) : null;
}

function heldBy(follower: Follower, module: CodeModule, binding: Binding): RowResult | null {
  const on = (next: Node) => rowsOf(follower, { module, node: next });
  if (binding.kind === 'parameter') return givenByCall(binding, on);
  const values = binding.init ? [binding.init] : [];
  return (
    first([...values, ...assignedTo(module, binding)], on) ??
    assignedByPattern(module, binding, on) ??
    assignedInside(module, binding, on) ??
    setByHook(module, binding, on)
  );
}

// Vue's `preset.value = data`, React's `preset.current = data`.
function assignedInside(module: CodeModule, binding: Binding, on: Finds): RowResult | null {
  return first(referencesTo(module, binding), ({ parent }) => {
    const action = /^(value|current)$/.test(lastName(parent)) ? parent.parent : null;
    return action?.type === 'AssignmentExpression' ? rowsIn(on(action.right)) : null;
  });
}

const rowsIn = (held: RowResult | null) => (held === 'response' ? null : held && 'rows');

// `const [form, setForm] = useState(null); ... setForm(data)`
function setByHook(module: CodeModule, binding: Binding, on: Finds): RowResult | null {
  const pattern = binding.declared.parent;
  if (pattern?.type !== 'ArrayPattern' || pattern.elements[0] !== (binding.declared as unknown)) return null;
  const setter = pattern.elements[1];
  const set = setter?.type === 'Identifier' ? lookup(module, setter.name, setter) : undefined;
  if (!set) return null;
  return first(referencesTo(module, set), reference => {
    const call = reference.parent;
    if (call.type !== 'CallExpression' || (call.callee as Node) !== reference) return null;
    const [given] = call.arguments;
    return given ? rowsIn(on(given)) : null;
  });
}

// `({ data: row } = await query)`
function assignedByPattern(module: CodeModule, binding: Binding, on: Finds): RowResult | null {
  return first(referencesTo(module, binding), ({ parent: property }) => {
    if (property.type !== 'Property' || plainKey(property.key, property.computed) !== 'data') return null;
    const assignment = property.parent?.parent;
    const held = assignment?.type === 'AssignmentExpression' ? on(assignment.right) : null;
    return held === 'rows' ? null : held && 'rows';
  });
}

/** What a callback is given: each of the rows that it is called for, or what a promise resolves to. */
function givenByCall({ owner, index }: Binding, on: Finds): RowResult | null {
  const call = owner?.parent;
  if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return null;
  const method = lastName(call.callee);
  const given = on(call.callee.object as Node);
  if (method === 'then') return index === 0 ? given : null;
  if (given === 'response' || !given) return null;
  const position = method === 'reduce' || method === 'reduceRight' ? 1 : 0;
  return iterating.test(method) && index === position ? 'rows' : null;
}

const iterating = /^(map|flatMap|forEach|filter|find|reduce|reduceRight|some|every|each|eachSeries)$/;

/** Whether its type says that it is a row: that of a parameter, or of what a component is given. */
function isTyped(follower: Follower, module: CodeModule, binding: Binding): boolean {
  const node = binding.kind === 'variable' ? typeOfGiven(binding) : typeOfParameter(binding);
  return node ? isRowType(follower, { module, node }, binding.steps) : false;
}

function typeOfParameter({ owner, index }: Binding): Node | null {
  if (!owner || !isFunction(owner)) return null;
  const parameter = owner.params[index] as Node;
  return typeAt(parameter.type === 'AssignmentPattern' ? parameter.left : parameter);
}

const typeAt = (pattern: Node) => (pattern as { typeAnnotation?: Node | null }).typeAnnotation ?? null;

// Svelte's `export let preset: Preset` and `$props()`, Vue's `defineProps<{ preset: Preset }>()`.
function typeOfGiven({ declared, init }: Binding): Node | null {
  if (init) {
    if (init.type !== 'CallExpression' || !giving.test(lastName(init.callee))) return null;
    const [argument] = init.typeArguments?.params ?? [];
    if (argument) return argument as Node;
  }
  let pattern: Node | null | undefined = declared;
  while (pattern && pattern.type !== 'VariableDeclarator') pattern = pattern.parent;
  return pattern ? typeAt(pattern.id) : null;
}

const giving = /^(\$props|defineProps|withDefaults|useState|ref|reactive|useLoaderData)$/;

// What these return is what they were given, in whole.
const copying =
  /^(structuredClone|cloneDeep|clone|\$state|ref|reactive|shallowRef|shallowReactive|toRaw|unref|useState|useRef|freeze|produce|stringify|assign|snapshot|toRefs|readonly|untrack|get|cache|defaults|mergeWith)$/;
const taking =
  /^(find|findLast|at|filter|slice|sort|toSorted|reverse|toReversed|concat|pop|shift|splice|flat|values|get|toJSON|toObject|toPlain|single|maybeSingle|throwOnError|lean|exec|returns|overrideTypes|catch|finally)$/;

// What these return is the list that they were given, in another order or without some of it.
const arranging =
  /^(arrayMove|arraySwap|move|swap|reorder|shuffle|sort|sortBy|orderBy|reverse|uniq|uniqBy|filter|reject|compact|take|takeRight|drop|slice|head|last|first|nth|sample|sampleSize|maxBy|minBy|find|findLast)$/;

function ofCall(follower: Follower, module: CodeModule, node: Call): RowResult | null {
  const on = (next: Node) => rowsOf(follower, { module, node: next });
  const { callee } = node;
  const name = lastName(callee);
  if (follower.callees({ module, node: callee }).length === 0) {
    if (callee.type === 'MemberExpression' && taking.test(name)) {
      const held = on(callee.object as Node);
      if (held) return held;
    }
    if (name === 'then' && callee.type === 'MemberExpression') {
      const [then] = node.arguments;
      return then && isFunction(then) ? first(returnsOf(then), on) : null;
    }
    if (copying.test(name) || module.text.slice(callee.start, callee.end) === 'JSON.parse') {
      const held = first(node.arguments, on);
      if (held) return held;
    }
    // lodash, dnd-kit: the list is the first argument.
    const [list] = node.arguments;
    const arranged = list && arranging.test(name) ? on(list) : null;
    if (arranged && arranged !== 'response') return arranged;
  }
  return queriedBy(follower, module, node) ?? fetchedBy(follower, module, node);
}

/** What a hook answers that is given the function that reads: `useQuery({ queryFn })`, `useSWR(key, load)`. */
function fetchedBy(follower: Follower, module: CodeModule, node: Call): RowResult | null {
  if (!hooks.test(lastName(node.callee))) return null;
  const readers = node.arguments.flatMap(each => {
    const given = follower.follow({ module, node: each });
    return [...given, ...given.flatMap(options => follower.member(options, 'queryFn'))];
  });
  return returnedBy(follower, readers) && 'response';
}

function returnedBy(follower: Follower, called: readonly Reference[]): RowResult | null {
  return first(called, ({ module, node }) =>
    isFunction(node) ? first(returnsOf(node), each => rowsOf(follower, { module, node: each })) : null,
  );
}

const hooks =
  /^(use(Suspense)?Query|createQuery|useSWR|useAsyncData|useFetch|useResource|createResource|resource)$/;
