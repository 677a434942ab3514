import type { Node } from 'oxc-parser';
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
export function isRun(module: CodeModule, node: Node, depth = 0): boolean {
  if (depth > 8) return true;
  if (node.type === 'TaggedTemplateExpression') return !isProse(module, node.tag);
  const outer = node.parent;
  if (!outer) return false;
  switch (outer.type) {
    case 'TaggedTemplateExpression':
      return isRun(module, outer, depth + 1);
    case 'CallExpression':
    case 'NewExpression':
      if (outer.callee.type === 'Super') return false;
      if ((outer.callee as Node) === node)
        return outer.type === 'CallExpression' && isRun(module, outer, depth + 1);
      return (
        !telling.test(lastName(outer.callee)) &&
        !/^set[A-Z]/.test(lastName(outer.callee)) &&
        !isConsole(outer.callee)
      );
    case 'VariableDeclarator': {
      if (outer.id.type !== 'Identifier') return false;
      const binding = lookup(module, outer.id.name, outer.id);
      const exported = outer.parent?.parent?.type === 'ExportNamedDeclaration';
      if (!binding) return exported;
      return exported || referencesTo(module, binding).some(reference => isRun(module, reference, depth + 1));
    }
    case 'AssignmentExpression':
      return outer.right === node && isAssignedRun(module, outer.left as Node, depth);
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
      return outer.object === node && isRun(module, outer, depth + 1);
    case 'ThrowStatement':
    case 'JSXExpressionContainer':
    case 'JSXAttribute':
    case 'ExpressionStatement':
    case 'IfStatement':
    case 'SwitchCase':
      return false;
    case 'BinaryExpression':
      return outer.operator === '+' && isRun(module, outer, depth + 1);
    default:
      return isRun(module, outer, depth + 1);
  }
}

const isProse = (module: CodeModule, tag: Node) =>
  telling.test(lastName(tag)) || /^(styled|css|html|gql)/.test(module.text.slice(tag.start, tag.end));

function isAssignedRun(module: CodeModule, left: Node, depth: number): boolean {
  if (left.type !== 'Identifier') return true;
  const binding = lookup(module, left.name, left);
  return (
    !binding || referencesTo(module, binding).some(each => each !== left && isRun(module, each, depth + 1))
  );
}

const isConsole = (callee: Node) =>
  callee.type === 'MemberExpression' &&
  /^(console|logger|log|chalk|process|winston|pino)$/.test(lastName(callee.object));

const keyOf = (key: Node) =>
  key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '';
