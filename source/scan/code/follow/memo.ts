import type { Node } from 'oxc-parser';
import type { Reference } from '../parse/code-module.ts';

/**
 * What was found out about a name in a node. Of an object made of two copies of one made of two copies the answers would
 * double with every step, and what is asked for while it is being found out goes in a circle.
 */
export class FollowMemo {
  readonly #known = new Map<Node, Map<string, Reference[]>>();

  /** What `find` finds, the first time; the same after that. */
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
