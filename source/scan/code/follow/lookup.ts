import type { Node } from 'oxc-parser';
import type { CodeModule } from '../parse/code-module.ts';
import { type FunctionNode, isFunction } from '../parse/parse-code.ts';
import type { Binding } from './bindings.ts';

/** What a name refers to at a node: the innermost declaration around it. */
export function lookup(module: CodeModule, name: string, from: Node): Binding | undefined {
  for (let node: Node | null | undefined = from; node; node = node.parent) {
    const found = module.scopes.get(node)?.get(name);
    if (found) return found;
  }
  return undefined;
}

/** The function around a node; null at the top of a file. */
export function functionAround(node: Node): FunctionNode | null {
  for (let outer = node.parent; outer; outer = outer.parent) if (isFunction(outer)) return outer;
  return null;
}

/** The outermost function around a node: not the callback it is in, but the handler around that. */
export function outermostFunction(node: Node): FunctionNode | null {
  let outermost: FunctionNode | null = null;
  for (let around = functionAround(node); around; around = functionAround(around)) {
    // A class or an object of handlers is not itself a handler.
    if (isMethod(around)) return around;
    if (outermost && isFactory(around)) return outermost;
    outermost = around;
  }
  return outermost;
}

const isMethod = ({ parent }: FunctionNode) =>
  parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition';

// A function that contains named functions, such as a hook or a plugin, is not a single handler.
function isFactory({ body }: FunctionNode): boolean {
  if (body?.type !== 'BlockStatement') return false;
  return body.body.some(
    statement =>
      statement.type === 'FunctionDeclaration' ||
      (statement.type === 'VariableDeclaration' &&
        statement.declarations.some(({ init }) => init && isFunction(init))),
  );
}

/** The name of a function: its own, or that of the variable, property or method that holds it. */
export function nameOfFunction(node: FunctionNode): string | null {
  if (node.id) return (node.id as { name: string }).name;
  let holder = node.parent;
  // useCallback(async () => ...), withAuth(async () => ...)
  while (holder?.type === 'CallExpression') holder = holder.parent;
  if (holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier') return holder.id.name;
  if (
    (holder?.type === 'Property' ||
      holder?.type === 'MethodDefinition' ||
      holder?.type === 'PropertyDefinition') &&
    holder.key.type === 'Identifier'
  ) {
    return holder.key.name;
  }
  return null;
}

/** The expressions that a function may return. */
export function returnsOf(node: FunctionNode): Node[] {
  if (!node.body) return [];
  if (node.body.type !== 'BlockStatement') return [node.body];
  const found: Node[] = [];
  collectReturns(node.body, found);
  return found;
}

const nests = [
  'body',
  'consequent',
  'alternate',
  'block',
  'handler',
  'finalizer',
  'cases',
  'argument',
] as const;

function collectReturns(node: Node, found: Node[]): void {
  if (node.type === 'ReturnStatement') {
    if (node.argument) found.push(node.argument);
    return;
  }
  if (isFunction(node) || /Expression|Class/.test(node.type)) return;
  for (const key of nests) {
    const child = (node as unknown as Record<string, Node | Node[] | null | undefined>)[key];
    for (const each of Array.isArray(child) ? child : [child]) if (each) collectReturns(each, found);
  }
}

/** The statement around an expression, or the property of a class or an object that holds it. */
export function statementAround(node: Node): Node {
  let inner = node;
  for (let outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (isFunction(outer) || outer.type === 'BlockStatement' || outer.type === 'Program') return inner;
    if (/Statement|VariableDeclaration|PropertyDefinition|JSX/.test(outer.type))
      return outer.type.startsWith('JSX') ? inner : outer;
  }
  return inner;
}
