import type { Reference } from '../parse/code-module.ts';
import { type Binding, plainKey } from './bindings.ts';
import type { Follower } from './follow.ts';
import { lookup } from './lookup.ts';

/** The parameter that an expression is, or is a member of; null if callers do not decide what it is. */
export function parameterIn(follower: Follower, ref: Reference): Reference | null {
  for (const { module, node } of follower.follow(ref)) {
    if (parameterOf({ module, node })) return { module, node };
  }
  return null;
}

/** What a reference to a parameter, such as `table` or `options.table`, is bound to. */
export function parameterOf({ module, node }: Reference): Binding | undefined {
  if (node.type === 'Identifier') {
    const binding = lookup(module, node.name, node);
    return binding?.kind === 'parameter' ? binding : undefined;
  }
  if (node.type !== 'MemberExpression' || (node.object as { type: string }).type !== 'Identifier')
    return undefined;
  const binding = parameterOf({ module, node: node.object as Reference['node'] });
  const key = plainKey(node.property, node.computed);
  return binding && key !== null ? { ...binding, steps: [...binding.steps, { key }] } : undefined;
}
