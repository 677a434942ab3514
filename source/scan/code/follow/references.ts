import type { Node } from 'oxc-parser';
import type { CodeModule } from '../parse/code-module.ts';
import type { Binding } from './bindings.ts';
import { lookup } from './lookup.ts';

/** All references to a variable, without its declaration. */
export function referencesTo(module: CodeModule, binding: Binding): Node[] {
  return (module.identifiers.get(binding.name) ?? []).filter(node => {
    if (node === binding.declared) return false;
    const { parent } = node as Node;
    const isName =
      (parent?.type === 'MemberExpression' && parent.property === (node as unknown) && !parent.computed) ||
      (parent?.type === 'Property' && parent.key === (node as unknown) && !parent.computed);
    return !isName && lookup(module, binding.name, node) === binding;
  });
}
