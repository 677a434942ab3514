import type { Node } from 'oxc-parser';
import type { Binding } from './follow/bindings.ts';
import { lookup } from './follow/lookup.ts';
import { referencesTo } from './follow/references.ts';
import type { CodeModule } from './parse/code-module.ts';
import { isFunction } from './parse/parse-code.ts';
import { lastName } from './query-target.ts';

// Functions that do not run the SQL they are given.
const telling =
  /^(log|info|warn|error|debug|trace|fatal|notice|print|println|write|writeLine|alert|confirm|toast|success|notify|expect|describe|it|test|t|translate|markdown|md|html|css|gql|graphql|styled|dedent|outdent|captureMessage|Error|TypeError|highlight|copy|writeText|toContain|toBe|toEqual|toMatch|includes|startsWith|endsWith|indexOf|match|test|replace|split)$/;

/**
 * Whether SQL is given to something that may run it: as an argument of a call, a tagged template, or through a variable or
 * constant. SQL that is logged, thrown, compared or displayed is not run.
 */
export function isRun(module: CodeModule, node: Node, seen = new Set<Binding>()): boolean {
  if (node.type === 'TaggedTemplateExpression') return !isProse(module, node.tag);
  const outer = node.parent;
  if (!outer) return false;
  switch (outer.type) {
    case 'TaggedTemplateExpression':
      return isRun(module, outer, seen);
    case 'CallExpression':
    case 'NewExpression':
      if (outer.callee.type === 'Super') return false;
      if ((outer.callee as Node) === node)
        return outer.type === 'CallExpression' && isRun(module, outer, seen);
      return (
        !telling.test(lastName(outer.callee)) &&
        !/^set[A-Z]/.test(lastName(outer.callee)) &&
        !isConsole(outer.callee)
      );
    case 'VariableDeclarator': {
      if (outer.id.type !== 'Identifier') return false;
      const exported = outer.parent?.parent?.type === 'ExportNamedDeclaration';
      return exported || isNameRun(module, outer.id, seen);
    }
    case 'AssignmentExpression':
      return (
        outer.right === node && (outer.left.type !== 'Identifier' || isNameRun(module, outer.left, seen))
      );
    case 'Property':
      return (
        outer.value === node &&
        !/^(description|message|title|help|label|example|summary|placeholder|content|children|hint|docs?)$/i.test(
          keyOf(outer.key),
        )
      );
    case 'PropertyDefinition':
    case 'ReturnStatement':
    case 'ExportDefaultDeclaration':
      return true;
    case 'ArrowFunctionExpression':
      return outer.body === node && isFunction(outer);
    case 'MemberExpression':
      // `SQL.trim()`, `[...].join(' ')`, `QUERIES.bump`
      return outer.object === node && isRun(module, outer, seen);
    case 'ThrowStatement':
    case 'JSXExpressionContainer':
    case 'JSXAttribute':
    case 'ExpressionStatement':
    case 'IfStatement':
    case 'SwitchCase':
      return false;
    case 'BinaryExpression':
      return outer.operator === '+' && isRun(module, outer, seen);
    default:
      return isRun(module, outer, seen);
  }
}

const isProse = (module: CodeModule, tag: Node) =>
  telling.test(lastName(tag)) || /^(styled|css|html|gql)/.test(module.text.slice(tag.start, tag.end));

function isNameRun(module: CodeModule, name: Node & { name: string }, seen: Set<Binding>): boolean {
  const binding = lookup(module, name.name, name);
  if (!binding) return true;
  // A text may be made from itself: `query = query.trim()`.
  if (seen.has(binding)) return false;
  seen.add(binding);
  return referencesTo(module, binding).some(reference => isRun(module, reference, seen));
}

const isConsole = (callee: Node) =>
  callee.type === 'MemberExpression' &&
  /^(console|logger|log|chalk|process|winston|pino)$/.test(lastName(callee.object));

const keyOf = (key: Node) =>
  key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '';
