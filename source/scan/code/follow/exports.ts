import type { ModuleExportName, Node } from 'oxc-parser';
import type { CodeModule } from '../parse/code-module.ts';
import type { Binding } from './bindings.ts';

/** What a module exports under a name: an expression, something it declares, or an export of another module. */
type Exported = { node: Node } | { binding: Binding } | { from: string; name: string };

/** Finds an export in a module's export statements and in CommonJS's `exports.name = ...`. */
function exportsOf(module: CodeModule, name: string): Exported[] {
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
        if (expression.type !== 'AssignmentExpression') return [];
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

/** An expression or a declaration, and its module. */
type Export = { module: CodeModule } & ({ node: Node } | { binding: Binding });

/**
 * What a module exports under a name, including re-exports of other modules. Modules may re-export each other in circles, so
 * each is visited once.
 */
export function exportedBy(
  module: CodeModule,
  name: string,
  importFrom: (module: CodeModule, specifier: string) => CodeModule | null,
): Export[] {
  const visited = new Set<string>();
  const open = [{ module, name }];
  const found: Export[] = [];
  for (const at of open) {
    const key = `${at.name} ${at.module.file}`;
    if (visited.has(key)) continue;
    visited.add(key);
    for (const each of exportsOf(at.module, at.name)) {
      if (!('from' in each)) found.push({ module: at.module, ...each });
      else {
        const from = importFrom(at.module, each.from);
        if (from) open.push({ module: from, name: each.name });
      }
    }
  }
  return found;
}

const nameOf = (node: ModuleExportName) => (node.type === 'Literal' ? node.value : node.name);

const contains = (outer: Node, inner: Node) => outer.start <= inner.start && inner.end <= outer.end;
