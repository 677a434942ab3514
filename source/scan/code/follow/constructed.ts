import type { Node } from 'oxc-parser';
import type { Reference } from '../parse/code-module.ts';
import { classAround } from './class-members.ts';
import type { Follower } from './follow.ts';

/**
 * The argument at `index` that an object's constructor was called with: in `new Repository(client, 'presets')`, or in
 * `super(client, 'presets')` of a subclass, which may be the object's declared type.
 */
export function givenToConstructor(
  follower: Follower,
  constructed: Node,
  index: number,
  object: Reference,
): Reference[] {
  const own = classAround(constructed);
  return follower.follow(object).flatMap(({ module, node }): Reference[] => {
    if (node.type === 'NewExpression') {
      return follower
        .follow({ module, node: node.callee })
        .flatMap(made =>
          made.node === own ? argument(module, node.arguments[index]) : bySuper(made, index),
        );
    }
    const around = node.type === 'ThisExpression' ? classAround(node) : null;
    const classes = around ? [{ module, node: around }] : follower.classOf({ module, node });
    return classes.flatMap(made => (made.node === own ? [] : bySuper(made, index)));
  });
}

/** The argument at `index` with which `object` was made by the function `made`, which returns it: `createRepository(client, 'presets')`. */
export function givenToFactory(
  follower: Follower,
  made: Node,
  index: number,
  object: Reference,
): Reference[] {
  return follower
    .calls(object)
    .flatMap(({ module, node }) =>
      node.type === 'CallExpression' &&
      follower.callees({ module, node: node.callee }).some(each => each.node === made)
        ? argument(module, node.arguments[index])
        : [],
    );
}

function bySuper({ module, node }: Reference, index: number): Reference[] {
  return module.calls.flatMap(call =>
    call.callee.type === 'Super' && classAround(call) === node ? argument(module, call.arguments[index]) : [],
  );
}

const argument = (module: Reference['module'], node: Node | undefined): Reference[] =>
  node ? [{ module, node }] : [];
