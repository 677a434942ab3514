import type { Node } from 'oxc-parser';
import type { Binding } from './bindings.ts';
import type { CodeModule } from './code-module.ts';

/** What a module exports under a name: an expression, something it declares, or a name of another module. */
export type Exported = { node: Node } | { binding: Binding } | { from: string; name: string };

/** Looks through the export statements of a module, and through CommonJS's `exports.name = ...`. */
export function exportsOf(module: CodeModule, name: string): Exported[] {
  const own = module.scopes.get(module.program);
  return module.program.body.flatMap((statement): Exported[] => {
    switch (statement.type) {
      case 'ExportDefaultDeclaration':
        return name === 'default' ? [{ node: statement.declaration }] : [];
      case 'ExportAllDeclaration':
        return name === 'default' ? [] : [{ from: statement.source.value, name }];
      case 'ExportNamedDeclaration': {
        const { declaration, source, specifiers } = statement;
        const declared = own?.get(name);
        if (declaration)
          return declared && contains(declaration, declared.declared) ? [{ binding: declared }] : [];
        return specifiers
          .filter(({ exported }) => nameOf(exported) === name)
          .flatMap(({ local }): Exported[] => {
            if (source) return [{ from: source.value, name: nameOf(local) }];
            const binding = own?.get(nameOf(local));
            return binding ? [{ binding }] : [];
          });
      }
      case 'ExpressionStatement': {
        const { expression } = statement;
        if (expression.type !== 'AssignmentExpression' || expression.left.type !== 'MemberExpression')
          return [];
        const path = module.text.slice(expression.left.start, expression.left.end);
        const means = name === 'module.exports' ? [name] : [`exports.${name}`, `module.exports.${name}`];
        if (name === 'default') means.push('module.exports');
        return means.includes(path) ? [{ node: expression.right }] : [];
      }
      default:
        return [];
    }
  });
}

const nameOf = (node: Node) =>
  node.type === 'Literal' ? String(node.value) : node.type === 'Identifier' ? node.name : '';

const contains = (outer: Node, inner: Node) => outer.start <= inner.start && inner.end <= outer.end;
