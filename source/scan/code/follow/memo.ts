import type { Node } from 'oxc-parser';
import type { Reference } from '../parse/code-module.ts';

/**
 * What is already known about a name in a node. Without it the work would double with every nested copy of an object, and
 * circular definitions would never end.
 */
export class FollowMemo {
  readonly #known = new Map<Node, Map<string, Reference[]>>();

  /** The result of `find`, which is only called the first time. */
  once(node: Node, name: string, find: () => Reference[]): Reference[] {
    const ofNode = this.#known.get(node) ?? new Map<string, Reference[]>();
    const before = ofNode.get(name);
    if (before) return before;
    this.#known.set(node, ofNode.set(name, []));
    const found = find();
    ofNode.set(name, found);
    return found;
  }
}
