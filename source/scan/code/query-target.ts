import type { BindingIdentifier, Node } from 'oxc-parser';
import { withNames } from '../subject.ts';
import { isClientStore } from './elsewhere/client-store.ts';
import { plainKey } from './follow/bindings.ts';
import { classAround } from './follow/class-members.ts';
import type { Follower } from './follow/follow.ts';
import { parameterIn } from './follow/parameters.ts';
import type { Reference } from './parse/code-module.ts';

/** What a chain of calls operates on, and how it was named. */
export interface QueryTarget {
  table: 'presets' | 'records' | 'other';
  /** `from`: Supabase's client or a query builder; `builder`: a builder alone; `model`: an ORM's model or record. */
  by: 'from' | 'builder' | 'model';
  /** A parameter, or a member of `this`, that names the table: callers or classes further down decide. */
  parameter?: Reference;
  /** The object that has the table under the name that the parameter is: `schema` in `schema[table]`. */
  within?: Reference;
  /** What stands before and after the parameter in the name: `s` after it in `${kind}s`. */
  affixes?: readonly [string, string];
}

const naming: ReadonlySet<string> = new Set(['from', 'into', 'table']);
const building: ReadonlySet<string> = new Set([
  'selectFrom',
  'updateTable',
  'insertInto',
  'replaceInto',
  'mergeInto',
]);
// Other databases may have collections called presets too.
const foreign: ReadonlySet<string> = new Set([
  'collection',
  'doc',
  'ref',
  'child',
  'channel',
  'useQuery',
  'useState',
]);

/** The object that a method is called on: `supabase.from('presets')` in `supabase.from('presets').update`. */
export function subjectsOf(follower: Follower, ref: Reference): QueryTarget[] {
  const known = subjects().get(ref.node);
  if (known) return known;
  subjects().set(ref.node, []);
  const found = findSubjects(follower, ref);
  subjects().set(ref.node, found);
  return found;
}

// Cached, because every call of a chain needs it. A node belongs to one scan only.
const subjects = withNames(() => new WeakMap<Node, QueryTarget[]>());

function findSubjects(follower: Follower, ref: Reference): QueryTarget[] {
  const { module, node } = ref;
  if (isClientStore(follower, ref)) return [];
  const on = (next: Node) => subjectsOf(follower, { module, node: next });
  switch (node.type) {
    case 'AwaitExpression':
      return on(node.argument);
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return on(node.expression);
    case 'CallExpression': {
      const { callee, arguments: given } = node;
      const [first] = given;
      if (callee.type === 'MemberExpression') {
        const method = plainKey(callee.property, callee.computed) ?? '';
        if (foreign.has(method)) return [];
        if (first && naming.has(method) && first.type !== 'ArrowFunctionExpression') {
          const by = isKnex(follower, { module, node: callee.object }) ? 'builder' : 'from';
          return named(follower, { module, node: first }, by);
        }
        if (first && building.has(method)) return named(follower, { module, node: first }, 'builder');
        // Drizzle's and TypeORM's builders: `db.update(presets)`, `createQueryBuilder().update(Preset)`.
        if (first && (method === 'update' || method === 'insert')) {
          const picked = pickedFrom(follower, { module, node: first }, 'builder');
          if (picked.some(({ parameter }) => parameter)) return picked;
          const tables = entities(follower, { module, node: first });
          if (tables.some(({ table }) => table !== 'other')) {
            return tables.map(each => ({ ...each, by: 'builder' as const }));
          }
          if (picked.length > 0) return picked;
        }
        if (first && isCallOfKnex(method) && given.length === 1) {
          const tables = named(follower, { module, node: first }, 'builder');
          // Objection's `Preset.query(trx)` names no table.
          const model = tables.every(({ parameter }) => parameter) ? on(callee.object) : [];
          if (tables.length > 0) return model.length > 0 ? model : tables;
        }
        const before = on(callee.object);
        if (before.length > 0) return before;
        // `db.update(table)`, whose table callers give
        const table =
          first && /^(update|insert)$/.test(method) ? parameterIn(follower, { module, node: first }) : null;
        if (table) return [{ table: 'other', by: 'builder', parameter: table }];
        // `em.findOneOrFail(Preset, id)`, `source.getRepository(Preset)`
        if (first && /^(find|get|load|create|model$|repository$)/.test(method))
          return entities(follower, { module, node: first });
        return throughHelper(follower, ref);
      }
      if (callee.type === 'Identifier' && isCallOfKnex(callee.name) && first && given.length === 1) {
        const tables = named(follower, { module, node: first }, 'builder');
        if (tables.length > 0) return tables;
      }
      return throughHelper(follower, ref);
    }
    case 'Identifier':
    case 'MemberExpression': {
      const found = follower.follow(ref).flatMap(each => subjectsOf(follower, each));
      if (found.length > 0) return found;
      const picked = pickedFrom(follower, ref, 'model');
      if (picked.length > 0) return picked;
      const typed = follower.follow(ref).flatMap(each => ofType(follower, each));
      return typed.length > 0 ? typed : byName(follower, lastName(node));
    }
    default:
      return [];
  }
}

// `const presets = () => supabase.from('presets')`
function throughHelper(follower: Follower, ref: Reference): QueryTarget[] {
  return follower.follow(ref).flatMap(each => subjectsOf(follower, each));
}

const isCallOfKnex = (name: string) =>
  /^(knex|db|trx|tx|database|qb|pg|conn|connection|builder|query)$/i.test(name) ||
  /[a-z\d_](Knex|D[bB]|Database|Trx)$/.test(name);

/** A chain that begins with knex is knex's, even if it uses `from`. */
function isKnex(follower: Follower, { module, node }: Reference): boolean {
  const root = rootOf(node);
  if (/knex|^trx$/i.test(root)) return true;
  return follower
    .follow({ module, node })
    .some(found => found.node.type === 'CallExpression' && /knex/i.test(rootOf(found.node)));
}

/** The name that a chain begins with. */
export function rootOf(node: Node): string {
  let inner: Node = node;
  for (;;) {
    if (inner.type === 'CallExpression') inner = inner.callee;
    else if (inner.type === 'MemberExpression') {
      const { object } = inner as { object: Node };
      if (object.type === 'ThisExpression') return lastName(inner);
      inner = object;
    } else if (inner.type === 'AwaitExpression') inner = inner.argument;
    else if (
      inner.type === 'ChainExpression' ||
      inner.type === 'TSNonNullExpression' ||
      inner.type === 'TSAsExpression'
    )
      inner = inner.expression;
    else return lastName(inner);
  }
}

/** The table that an argument names: its text, a parameter, or else the name of the variable that holds it. */
function named(follower: Follower, ref: Reference, by: QueryTarget['by']): QueryTarget[] {
  const affixed = affixedBy(follower, ref);
  if (affixed) return [{ table: 'other', by, ...affixed }];
  const chosen = pickedFrom(follower, ref, by);
  if (chosen.some(({ parameter }) => parameter)) return chosen;
  const texts = follower.texts(ref);
  if (texts.length > 0)
    return texts.map(text => ({ table: tableOf(follower, text.split(/\s+as\s+/i)[0] ?? text), by }));
  const found = follower.follow(ref);
  const parameter = found.find(({ node }) => node.type === 'Identifier' && node !== ref.node) ?? null;
  if (parameter) {
    const guessed = guess(follower, lastName(parameter.node));
    return [{ table: guessed ?? 'other', by, ...(guessed ? {} : { parameter }) }];
  }
  if (found.some(({ node }) => node.type === 'ObjectExpression')) return [];
  if (chosen.length > 0) return chosen;
  const guessed = guess(follower, lastName(ref.node));
  if (guessed) return [{ table: guessed, by }];
  const option = parameterIn(follower, ref);
  if (option) return [{ table: 'other', by, parameter: option }];
  // `this.table` of a base class: subclasses decide.
  return isOwn(ref.node) && classAround(ref.node) ? [{ table: 'other', by, parameter: ref }] : [];
}

// `from(`${kind}s`)`
function affixedBy(
  follower: Follower,
  { module, node }: Reference,
): Pick<QueryTarget, 'parameter' | 'affixes'> | null {
  if (node.type !== 'TemplateLiteral' || node.expressions.length !== 1) return null;
  const [before, after] = node.quasis.map(({ value }) => value.cooked ?? '');
  const hole = { module, node: node.expressions[0]! };
  const parameter = follower.texts(hole).length === 0 ? parameterIn(follower, hole) : null;
  return parameter ? { parameter, affixes: [before ?? '', after ?? ''] } : null;
}

/** What `schema[table]` is: a table by the constant in the brackets, or one that callers choose. */
function pickedFrom(follower: Follower, ref: Reference, by: QueryTarget['by']): QueryTarget[] {
  return (
    [ref, ...follower.follow(ref)]
      .map(each => pickedBy(follower, each, by))
      .find(found => found.length > 0) ?? []
  );
}

function pickedBy(follower: Follower, { module, node }: Reference, by: QueryTarget['by']): QueryTarget[] {
  if (node.type !== 'MemberExpression' || !node.computed) return [];
  const property = { module, node: node.property as Node };
  const texts = follower.texts(property);
  if (texts.length > 0) return texts.map(text => ({ table: tableOf(follower, text), by }));
  const parameter = parameterIn(follower, property);
  return parameter ? [{ table: 'other', by, parameter, within: { module, node: node.object as Node } }] : [];
}

/** Whether an expression is a plain member of `this`. */
export const isOwn = (node: Node): node is Extract<Node, { type: 'MemberExpression'; computed: false }> =>
  node.type === 'MemberExpression' && !node.computed && node.object.type === 'ThisExpression';

/** A parameter declared as `Repository<Preset>` or `ModelStatic<Preset>`, whatever its name. */
function ofType(follower: Follower, { module, node }: Reference): QueryTarget[] {
  const type = node.type === 'Identifier' ? (node as BindingIdentifier).typeAnnotation?.typeAnnotation : null;
  if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return [];
  if (!/(Repository|Repo|ModelStatic|ModelCtor|ModelType)$/.test(type.typeName.name)) return [];
  const of = type.typeArguments?.params[0];
  return of?.type === 'TSTypeReference' ? entities(follower, { module, node: of.typeName as Node }) : [];
}

/** `PRESETS_TABLE`, `process.env.PRESETS_TABLE`, `tables.presets`. */
function guess(follower: Follower, name: string): QueryTarget['table'] | null {
  const plain = name.replace(/_?(table|name|tbl)(_?name)?$/i, '');
  return follower.names.isRecords(plain) ? 'records' : follower.names.isPresets(plain) ? 'presets' : null;
}

function tableOf(follower: Follower, text: string): QueryTarget['table'] {
  return follower.names.isPresets(text) ? 'presets' : follower.names.isRecords(text) ? 'records' : 'other';
}

/** The table of a model: drizzle's `pgTable('presets', ...)`, an entity class, or by its name. */
export function entities(follower: Follower, ref: Reference): QueryTarget[] {
  const found = follower.follow(ref).flatMap((each): QueryTarget[] => {
    const { module, node } = each;
    if (node.type === 'Literal' && typeof node.value === 'string')
      return [{ table: tableOf(follower, node.value), by: 'model' }];
    if (node.type === 'CallExpression') {
      const name = lastName(node.callee);
      const [first] = node.arguments;
      if (!first || !/table$|^define$|^model$|^entity/i.test(name)) return [];
      const texts = follower.texts({ module, node: first });
      return texts.map(text => ({ table: tableOf(follower, text), by: 'model' }));
    }
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      const texts = [
        ...follower.member(each, 'tableName').flatMap(value => follower.texts(value)),
        ...node.decorators.flatMap(({ expression }) =>
          expression.type === 'CallExpression' && expression.arguments[0]
            ? [
                ...follower.texts({ module, node: expression.arguments[0] }),
                ...['name', 'tableName'].flatMap(key =>
                  follower
                    .follow({ module, node: expression.arguments[0]! })
                    .flatMap(object => follower.member(object, key))
                    .flatMap(value => follower.texts(value)),
                ),
              ]
            : [],
        ),
      ];
      if (texts.length > 0) return texts.map(text => ({ table: tableOf(follower, text), by: 'model' }));
      return byName(follower, node.id?.name ?? '');
    }
    return [];
  });
  return found.length > 0 ? found : byName(follower, lastName(ref.node));
}

const rowHeld = withNames(
  ({ row }) => new RegExp(`^(db|existing|current|found|loaded|updated|target)${row}$`, 'i'),
);

/** A repository, a model or a record, recognized by its name: `presetRepository`, `this.presets`, `preset`. */
function byName(follower: Follower, name: string): QueryTarget[] {
  const plain = name
    .replace(/^[_#$]+|[_$]+$/g, '')
    .replace(/(Repository|Repo|Model|Entity|Dao|Table|Delegate|Schema|Record|Row)$/i, '');
  if (follower.names.isRecords(plain)) return [{ table: 'records', by: 'model' }];
  if (follower.names.isPresets(plain) || rowHeld().test(plain)) {
    return [{ table: 'presets', by: 'model' }];
  }
  return [];
}

/** The last name of a path: `preset` of `this.prisma.preset`. */
export function lastName(node: Node): string {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'MemberExpression':
      return plainKey(node.property, node.computed) ?? '';
    case 'CallExpression':
      return lastName(node.callee);
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
      return lastName(node.expression);
    default:
      return '';
  }
}
