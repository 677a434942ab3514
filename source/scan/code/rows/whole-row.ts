import type { Node } from 'oxc-parser';
import { type Binding, type BindingStep, plainKey } from '../follow/bindings.ts';
import { classAround } from '../follow/class-members.ts';
import type { Follower } from '../follow/follow.ts';
import { lookup, returnsOf } from '../follow/lookup.ts';
import { referencesTo } from '../follow/references.ts';
import type { CodeModule, Reference } from '../parse/code-module.ts';
import { isFunction } from '../parse/parse-code.ts';
import { isOwn, lastName } from '../query-target.ts';
import { queriedBy, type RowResult, selectsRows } from './row-query.ts';
import { isRowType } from './row-type.ts';

const deepest = 12;

/** Whether an expression is a preset with its count, or several, as they were read. Whoever writes it back writes the count. */
export function isWholeRow(follower: Follower, ref: Reference): boolean {
  const result = rowsOf(follower, ref, 0);
  return result === 'rows' || result === 'either';
}

// Cached, because it is asked of every object that is written. A node belongs to one scan only.
const known = new WeakMap<Node, RowResult | null>();

function rowsOf(follower: Follower, ref: Reference, depth: number): RowResult | null {
  const before = known.get(ref.node);
  if (before !== undefined) return before;
  if (depth > deepest) return null;
  known.set(ref.node, null);
  const found = findRows(follower, ref, depth);
  known.set(ref.node, found);
  return found;
}

function findRows(follower: Follower, ref: Reference, depth: number): RowResult | null {
  const { module, node } = ref;
  const on = (next: Node) => rowsOf(follower, { module, node: next }, depth + 1);
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
      return binding ? rowsOfBinding(follower, module, binding, depth + 1) : null;
    }
    case 'MemberExpression': {
      const whole = on(node.object as Node);
      if (whole) return stepInto(whole, memberStep(node), follower);
      const held = setOnThis(module, node, on);
      if (held) return held;
      // `props.preset`
      if (node.object.type === 'Identifier' && !node.computed) {
        const binding = lookup(module, node.object.name, node.object);
        const steps = binding ? [...binding.steps, memberStep(node)] : [];
        if (binding && isTyped(follower, module, { ...binding, steps })) return 'rows';
      }
      return followed(follower, ref, depth);
    }
    case 'CallExpression':
      return (
        ofCall(follower, ref, depth) ??
        returnedBy(follower, follower.callees({ module, node: node.callee }), depth) ??
        followed(follower, ref, depth)
      );
    default:
      return null;
  }
}

// `this.preset = data` in another method
function setOnThis(
  module: CodeModule,
  node: Extract<Node, { type: 'MemberExpression' }>,
  on: (next: Node) => RowResult | null,
): RowResult | null {
  if (!isOwn(node)) return null;
  for (const named of module.identifiers.get(lastName(node)) ?? []) {
    const member = (named as Node).parent;
    const action = member?.type === 'MemberExpression' && isOwn(member) ? member.parent : null;
    if (action?.type !== 'AssignmentExpression' || (action.left as Node) !== member) continue;
    if (classAround(action) !== classAround(node)) continue;
    const held = on(action.right);
    if (held) return held;
  }
  return null;
}

// An object that is written out holds what it holds, whatever it is called.
function ofCast(follower: Follower, module: CodeModule, node: Node): RowResult | null {
  if (node.type !== 'TSAsExpression' || node.expression.type === 'ObjectExpression') return null;
  return isRowType(follower, { module, node: node.typeAnnotation }) ? 'rows' : null;
}

function followed(follower: Follower, ref: Reference, depth: number): RowResult | null {
  for (const each of follower.follow(ref)) {
    if (each.node === ref.node || each.node.type === 'Identifier') continue;
    const found = rowsOf(follower, each, depth + 1);
    if (found) return found;
  }
  return null;
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
export function rowsOfBinding(
  follower: Follower,
  module: CodeModule,
  binding: Binding,
  depth = 0,
): RowResult | null {
  const settled = ofSettled(follower, module, binding, depth);
  const start = settled ?? heldBy(follower, module, binding, depth);
  const stepped = binding.steps
    .slice(settled ? 1 : 0)
    .reduce<RowResult | null>((held, step) => held && stepInto(held, step, follower), start);
  if (stepped || binding.kind === 'import' || isTyped(follower, module, binding)) {
    return (
      stepped ??
      (isTyped(follower, module, binding) ? 'rows' : importedRows(follower, module, binding, depth))
    );
  }
  if (binding.steps.some(step => 'without' in step) || binding.kind === 'parameter') return null;
  // `const { preset } = await load(id)`
  for (const each of follower.boundTo(module, binding)) {
    if (each.node.type === 'Identifier') continue;
    const found = rowsOf(follower, each, depth + 1);
    if (found) return found;
  }
  return null;
}

// `const [{ data: preset }, { data: folder }] = await Promise.all([...])`
function ofSettled(
  follower: Follower,
  module: CodeModule,
  { init, steps }: Binding,
  depth: number,
): RowResult | null {
  const [first] = steps;
  const call = init?.type === 'AwaitExpression' ? init.argument : null;
  if (!first || !('element' in first) || first.index === undefined || call?.type !== 'CallExpression')
    return null;
  const [list] = call.arguments;
  if (lastName(call.callee) !== 'all' || list?.type !== 'ArrayExpression') return null;
  const read = list.elements[first.index];
  return read ? rowsOf(follower, { module, node: read }, depth + 1) : null;
}

function importedRows(
  follower: Follower,
  module: CodeModule,
  binding: Binding,
  depth: number,
): RowResult | null {
  for (const each of follower.boundTo(module, binding)) {
    const found = rowsOf(follower, each, depth + 1);
    if (found) return found;
  }
  return null;
}

function heldBy(follower: Follower, module: CodeModule, binding: Binding, depth: number): RowResult | null {
  const on = (next: Node) => rowsOf(follower, { module, node: next }, depth + 1);
  if (binding.kind === 'parameter') return givenByCall(binding, on);
  if (binding.kind !== 'variable') return null;
  if (binding.init && binding.init.type !== 'Literal') {
    const held = on(binding.init);
    if (held) return held;
  }
  for (const { parent } of referencesTo(module, binding)) {
    if (parent?.type !== 'AssignmentExpression' || parent.operator !== '=') continue;
    if (parent.left.type !== 'Identifier' || parent.left.name !== binding.name) continue;
    const held = on(parent.right);
    if (held) return held;
  }
  return (
    assignedByPattern(module, binding, on) ??
    assignedInside(module, binding, on) ??
    setByHook(module, binding, on)
  );
}

// Vue's `preset.value = data`, React's `preset.current = data`.
function assignedInside(
  module: CodeModule,
  binding: Binding,
  on: (next: Node) => RowResult | null,
): RowResult | null {
  for (const { parent } of referencesTo(module, binding)) {
    const action = parent?.type === 'MemberExpression' ? parent.parent : null;
    if (parent?.type !== 'MemberExpression' || action?.type !== 'AssignmentExpression') continue;
    if (
      (action.left as Node) !== parent ||
      !/^(value|current)$/.test(plainKey(parent.property, parent.computed) ?? '')
    )
      continue;
    const held = on(action.right);
    if (held && held !== 'response') return 'rows';
  }
  return null;
}

// `const [form, setForm] = useState(null); ... setForm(data)`
function setByHook(
  module: CodeModule,
  binding: Binding,
  on: (next: Node) => RowResult | null,
): RowResult | null {
  const pattern = binding.declared.parent;
  if (pattern?.type !== 'ArrayPattern' || pattern.elements[0] !== (binding.declared as unknown)) return null;
  const setter = pattern.elements[1];
  const set = setter?.type === 'Identifier' ? lookup(module, setter.name, setter) : undefined;
  for (const reference of set ? referencesTo(module, set) : []) {
    const call = reference.parent;
    if (call?.type !== 'CallExpression' || (call.callee as Node) !== reference || !call.arguments[0])
      continue;
    const held = on(call.arguments[0]);
    if (held && held !== 'response') return 'rows';
  }
  return null;
}

// `({ data: row } = await query)`
function assignedByPattern(
  module: CodeModule,
  binding: Binding,
  on: (next: Node) => RowResult | null,
): RowResult | null {
  for (const reference of referencesTo(module, binding)) {
    const property = reference.parent;
    const pattern = property?.type === 'Property' ? property.parent : null;
    const assignment = pattern?.type === 'ObjectPattern' ? pattern.parent : null;
    if (property?.type !== 'Property' || assignment?.type !== 'AssignmentExpression') continue;
    const held = on(assignment.right);
    if (held && held !== 'rows' && plainKey(property.key, property.computed) === 'data') return 'rows';
  }
  return null;
}

/** What a callback is given: each of the rows that it is called for, or what a promise resolves to. */
function givenByCall({ owner, index }: Binding, on: (next: Node) => RowResult | null): RowResult | null {
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
  const { owner, index, kind, steps } = binding;
  if (kind === 'variable') {
    const type = typeOfGiven(binding);
    return type !== null && isRowType(follower, { module, node: type }, steps);
  }
  if (kind !== 'parameter' || !owner || !isFunction(owner)) return false;
  const parameter = owner.params[index] as Node | undefined;
  const pattern = parameter?.type === 'AssignmentPattern' ? parameter.left : parameter;
  const type = pattern && 'typeAnnotation' in pattern ? (pattern.typeAnnotation as Node | null) : null;
  return type ? isRowType(follower, { module, node: type }, steps) : false;
}

// Svelte's `export let preset: Preset` and `$props()`, Vue's `defineProps<{ preset: Preset }>()`.
function typeOfGiven({ declared, init }: Binding): Node | null {
  if (init && init.type !== 'CallExpression') return null;
  const props = init ? lastName(init.callee) : '';
  if (init && !/^(\$props|defineProps|withDefaults|useState|ref|reactive|useLoaderData)$/.test(props))
    return null;
  const [argument] = init?.typeArguments?.params ?? [];
  if (argument && props !== 'ref') return argument as Node;
  let pattern: Node | null | undefined = declared;
  while (pattern && pattern.type !== 'VariableDeclarator') pattern = pattern.parent;
  const { id } = (pattern ?? {}) as { id?: Node };
  return id && 'typeAnnotation' in id ? ((id.typeAnnotation as Node | null) ?? null) : null;
}

// What these return is what they were given, in whole.
const copying =
  /^(structuredClone|cloneDeep|clone|\$state|ref|reactive|shallowRef|shallowReactive|toRaw|unref|useState|useRef|freeze|produce|stringify|assign|snapshot|toRefs|readonly|untrack|get|cache|defaults|mergeWith)$/;
const taking =
  /^(find|findLast|at|filter|slice|sort|toSorted|reverse|toReversed|concat|pop|shift|splice|flat|values|get|toJSON|toObject|toPlain|single|maybeSingle|throwOnError|lean|exec|returns|overrideTypes|catch|finally)$/;

// What these return is the list that they were given, in another order or without some of it.
const arranging =
  /^(arrayMove|arraySwap|move|swap|reorder|shuffle|sort|sortBy|orderBy|reverse|uniq|uniqBy|filter|reject|compact|take|takeRight|drop|slice|head|last|first|nth|sample|sampleSize|maxBy|minBy|find|findLast)$/;

function ofCall(follower: Follower, { module, node }: Reference, depth: number): RowResult | null {
  if (node.type !== 'CallExpression') return null;
  const on = (next: Node) => rowsOf(follower, { module, node: next }, depth + 1);
  const { callee } = node;
  const name = lastName(callee);
  if (follower.callees({ module, node: callee }).length === 0) {
    if (callee.type === 'MemberExpression' && taking.test(name)) {
      const held = on(callee.object as Node);
      if (held) return held;
    }
    if (name === 'then' && callee.type === 'MemberExpression') {
      const [then] = node.arguments;
      const returned = then && isFunction(then) ? returnsOf(then).map(on) : [];
      return returned.find(each => each !== null) ?? null;
    }
    if (copying.test(name) || module.text.slice(callee.start, callee.end) === 'JSON.parse') {
      const held = node.arguments.map(each => on(each)).find(each => each !== null);
      if (held) return held;
    }
    // lodash, dnd-kit: the list is the first argument.
    const [list] = node.arguments;
    const arranged = list && arranging.test(name) ? on(list) : null;
    if (arranged && arranged !== 'response') return arranged;
  }
  return queriedBy(follower, module, node) ?? fetchedBy(follower, { module, node }, depth);
}

/** What a hook answers that is given the function that reads: `useQuery({ queryFn })`, `useSWR(key, load)`. */
function fetchedBy(follower: Follower, { module, node }: Reference, depth: number): RowResult | null {
  if (node.type !== 'CallExpression' || !hooks.test(lastName(node.callee))) return null;
  const readers = node.arguments.flatMap(each => {
    const given = follower.follow({ module, node: each });
    return [...given, ...given.flatMap(options => follower.member(options, 'queryFn'))];
  });
  return returnedBy(follower, readers, depth) === null ? null : 'response';
}

function returnedBy(follower: Follower, called: readonly Reference[], depth: number): RowResult | null {
  const returned = called.flatMap(({ module, node }) =>
    isFunction(node) ? returnsOf(node).map(each => rowsOf(follower, { module, node: each }, depth + 1)) : [],
  );
  return returned.find(each => each !== null) ?? null;
}

const hooks =
  /^(use(Suspense)?Query|createQuery|useSWR|useAsyncData|useFetch|useResource|createResource|resource)$/;
