import type { Node } from 'oxc-parser';
import { wordsOf } from '../../names.ts';
import { withNames } from '../../subject.ts';
import { plainKey } from '../follow/bindings.ts';
import type { Follower } from '../follow/follow.ts';
import { shapeOf } from '../follow/shape.ts';
import type { Reference } from '../parse/code-module.ts';
import { rootOf } from '../query-target.ts';

// What a call may be given beside the preset: who uses it, and how often.
const neutral =
  /^(user|users|profile|account|auth|actor|member|org|organization|organisation|team|tenant|workspace|owner|customer|session|request|client|row|record|item|target|entity|object|source|data|params?|args?|input|body|props|payload|ctx|context|event|req|res|this|state|usage)$/;

/**
 * Whether a call by a name that could count uses is about another table by its arguments: `{ template_id: id }`,
 * `{ row_id: coupon.id }`, `{ table_name: 'styles' }`.
 */
export function isAboutAnother(follower: Follower, routine: string, given: readonly Reference[]): boolean {
  const subjects = given.flatMap(each => subjectsIn(follower, each));
  if (subjects.some(subject => rowNamed().test(subject))) return false;
  if (subjects.some(subject => subject !== owner && subject !== unknown)) return true;
  // A quota is counted by who uses it: `increment_usage({ user_id })`.
  return !rowNamed().test(routine) && subjects.includes(owner) && !subjects.includes(unknown);
}

const rowNamed = withNames(({ row }) => new RegExp(row, 'i'));

// An id of whoever uses something, and one that could be of anything.
const owner = 'owner';
const unknown = 'unknown';
const owning =
  /^(users?|profile|account|auth|actor|member|org|organization|organisation|team|tenant|workspace|owner|customer)$/;

function subjectsIn(follower: Follower, ref: Reference): string[] {
  const entries = shapeOf(follower, ref).entries;
  if (entries.length === 0) return ofValue(ref.node);
  return entries.flatMap(({ key, value }) => {
    const words = wordsOf(key).filter(word => !/^(p|in|_|v)$/.test(word));
    if (/^(table|relation|entity|model|resource)$/.test(words[0] ?? '') && !words.includes('id')) {
      return value ? follower.texts(value) : [];
    }
    if (!/^(ids?|uuid|key)$/.test(words.at(-1) ?? '')) return [];
    const named = words.slice(0, -1).filter(word => !neutral.test(word));
    if (named.length > 0) return [named.join('_')];
    if (words.slice(0, -1).some(word => owning.test(word))) return [owner];
    return value ? ofValue(value.node) : [unknown];
  });
}

/** What an id is the id of: `coupon` of `coupon.id` and of `couponId`. */
function ofValue(node: Node): string[] {
  if (node.type === 'MemberExpression' && !node.computed) {
    const key = plainKey(node.property, false) ?? '';
    if (!/id$/i.test(key)) return [unknown];
    return ofName(/^_?id$/i.test(key) ? rootName(node.object) : key);
  }
  return node.type === 'Identifier' && /(?:Id|_id)$/.test(node.name) ? ofName(node.name) : [unknown];
}

const rootName = (node: Node): string =>
  node.type === 'MemberExpression' && !node.computed ? (plainKey(node.property, false) ?? '') : rootOf(node);

function ofName(name: string): string[] {
  if (wordsOf(name).some(word => owning.test(word))) return [owner];
  const words = wordsOf(name).filter(word => !/^(ids?|uuid|p)$/.test(word) && !neutral.test(word));
  return words.join('').length > 2 ? [words.join('_')] : [unknown];
}
