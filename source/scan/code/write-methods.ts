import type { Node } from 'oxc-parser';
import type { WriteKind } from '../finding.ts';
import { plainKey } from './follow/bindings.ts';
import type { Follower } from './follow/follow.ts';
import { functionAround } from './follow/lookup.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';
import { entities, lastName, type QueryTarget, rootOf, subjectsOf } from './query-target.ts';
import type { Call } from './write-candidate.ts';

/** Methods that insert rows. */
export const inserters: ReadonlySet<string> = new Set([
  'insert',
  'upsert',
  'create',
  'createMany',
  'createManyAndReturn',
  'save',
  'values',
  'bulkCreate',
  'insertGraph',
  'insertAndFetch',
  'nativeInsert',
]);

/** Methods that write rows, of query builders and ORMs. */
export const writers: ReadonlySet<string> = new Set([
  ...inserters,
  'update',
  'updateMany',
  'updateManyAndReturn',
  'updateOne',
  'set',
  'patch',
  'patchAndFetch',
  'patchAndFetchById',
  'updateAndFetch',
  'updateAndFetchById',
  'upsertGraph',
  'nativeUpdate',
  'increment',
  'decrement',
  'merge',
  'doUpdateSet',
  'onConflictDoUpdate',
  'onDuplicateKeyUpdate',
  'assign',
  'modify',
]);

/** The tables that a call of such a method may write. */
export function subjectsFor(
  follower: Follower,
  method: string,
  receiver: Reference,
  call: Call,
): QueryTarget[] {
  const { module } = receiver;
  const own = subjectsOf(follower, receiver);
  // `.set()` of a Map or a store is not `.set()` of a builder.
  if (method === 'set' || method === 'values' || method === 'modify')
    return own.filter(({ by }) => by !== 'model');
  if (method === 'merge' || method === 'assign') {
    const wrapped = receiver.node.type === 'CallExpression' && lastName(receiver.node.callee) === 'wrap';
    const [first] =
      wrapped && receiver.node.type === 'CallExpression' ? receiver.node.arguments : call.arguments;
    const entity =
      (wrapped || isManager(follower, receiver, first)) && first
        ? entities(follower, { module, node: first })
        : [];
    return [...own.filter(({ by }) => by !== 'model'), ...entity];
  }
  if (method === 'doUpdateSet') return own.length > 0 ? own : aroundConflict(follower, module, call);
  if (own.length > 0) return own;
  // `em.nativeUpdate(Preset, id, {...})`, `manager.increment(Preset, ...)`, `manager.save(preset)`
  const [first] = call.arguments;
  return first && isManager(follower, receiver, first) ? entities(follower, { module, node: first }) : [];
}

// `em`, what `const own = em.fork()` names, or whatever takes the class of an entity
function isManager(follower: Follower, receiver: Reference, first: Node | undefined): boolean {
  const named = [receiver, ...follower.follow(receiver)].some(({ node }) => manager.test(lastName(node)));
  const { module } = receiver;
  return (
    named ||
    (first !== undefined && follower.follow({ module, node: first }).some(({ node }) => isClass(node.type)))
  );
}

const isClass = (type: Node['type']) => type === 'ClassDeclaration' || type === 'ClassExpression';

const manager =
  /^(em|_em|fork|manager|entityManager|dataSource|orm|connection|getManager|getEntityManager|getConnection|appDataSource|repository|repo|tx|trx|queryRunner|transactionalEntityManager)$/i;

// `.onConflict(oc => oc.column('id').doUpdateSet({...}))`
function aroundConflict(follower: Follower, module: CodeModule, call: Call): QueryTarget[] {
  const outer = functionAround(call)?.parent;
  if (outer?.type !== 'CallExpression' || outer.callee.type !== 'MemberExpression') return [];
  return subjectsOf(follower, { module, node: outer.callee.object as Node });
}

/** The kind of a write. */
export function kindOf(subject: QueryTarget, method: string, call: Call): WriteKind {
  if (subject.by === 'from') return method === 'upsert' ? 'supabase-upsert' : 'supabase-update';
  if (subject.by === 'builder') return 'query-builder';
  const [first] = call.arguments;
  const ofPrisma =
    first?.type === 'ObjectExpression' &&
    first.properties.some(
      property =>
        property.type === 'Property' &&
        /^(data|update)$/.test(plainKey(property.key, property.computed) ?? ''),
    );
  return ofPrisma || /prisma/i.test(rootOf(call)) ? 'prisma' : 'orm';
}
