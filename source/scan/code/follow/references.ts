import type { Node } from 'oxc-parser';
import type { CodeModule } from '../parse/code-module.ts';
import type { Binding } from './bindings.ts';
import { lookup } from './lookup.ts';

/** A node that is part of another, as every name is. */
type Part = Node & { parent: Node };

/** All references to a variable, without its declaration. */
export function referencesTo(module: CodeModule, binding: Binding): Part[] {
  return ((module.identifiers.get(binding.name) ?? []) as Part[]).filter(node => {
    if (node === binding.declared) return false;
    const { parent } = node;
    const isName =
      (parent.type === 'MemberExpression' && (parent.property as Node) === node && !parent.computed) ||
      (parent.type === 'Property' && (parent.key as Node) === node && !parent.computed);
    return !isName && lookup(module, binding.name, node) === binding;
  });
}

/** What a variable is set to after its declaration: `let patch; if (x) patch = {...}`. */
export function assignedTo(module: CodeModule, binding: Binding): Node[] {
  return referencesTo(module, binding).flatMap(node => {
    const { parent } = node;
    const sets = parent.type === 'AssignmentExpression' && parent.operator === '=';
    return sets && (parent.left as Node) === node ? [parent.right] : [];
  });
}
