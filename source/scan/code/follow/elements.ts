import type { Reference } from '../parse/code-module.ts';
import { isFunction } from '../parse/parse-code.ts';
import { plainKey } from './bindings.ts';
import { returnsOf } from './lookup.ts';

/** What this file needs from Follower, which imports it. */
interface Follows {
  follow(ref: Reference): Reference[];
  elements(ref: Reference): Reference[];
}

/** The elements of a literal array, or what a `map` makes of each. */
export function elementsOf(follower: Follows, { module, node }: Reference): Reference[] {
  if (node.type === 'ArrayExpression') {
    return node.elements.flatMap(element => (element ? follower.follow({ module, node: element }) : []));
  }
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    const name = plainKey(node.callee.property, node.callee.computed);
    const [callback] = node.arguments;
    if ((name === 'map' || name === 'flatMap') && callback && isFunction(callback)) {
      return returnsOf(callback).flatMap(each => follower.follow({ module, node: each }));
    }
    // Promise.all([...]), Object.values({...}), list.filter(Boolean)
    if (name === 'all' && callback) {
      return follower.follow({ module, node: callback }).flatMap(list => follower.elements(list));
    }
    if (name === 'filter' || name === 'slice' || name === 'concat') {
      return follower.follow({ module, node: node.callee.object }).flatMap(list => follower.elements(list));
    }
  }
  return [];
}
