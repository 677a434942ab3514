import type { Node } from 'oxc-parser';
import { isFunction } from '../parse/parse-code.ts';
import { plainKey } from './bindings.ts';
import { returnsOf } from './lookup.ts';

export type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>;

/** A member of a class: a parameter property of its constructor, or the values it may have. */
interface ClassMember {
  parameter: Node | null;
  values: Node[];
}

/** Finds a field, method or getter of a class, including fields that only its constructor sets. */
export function classMember(node: ClassNode, name: string): ClassMember {
  const values: Node[] = [];
  for (const element of node.body.body) {
    if (element.type === 'MethodDefinition' && element.kind === 'constructor') {
      const parameter = element.value.params.find(
        each =>
          each.type === 'TSParameterProperty' &&
          each.parameter.type === 'Identifier' &&
          each.parameter.name === name,
      );
      if (parameter?.type === 'TSParameterProperty') return { parameter: parameter.parameter, values: [] };
      values.push(...setBy(element.value, name));
    }
    if (!('key' in element) || plainKey(element.key, element.computed) !== name) continue;
    if (element.type === 'MethodDefinition' && element.kind === 'get') {
      if (isFunction(element.value)) values.push(...returnsOf(element.value));
    } else if (element.value) values.push(element.value);
  }
  return { parameter: null, values };
}

// `this.table = client.from('presets')`
function setBy(constructed: Node, name: string): Node[] {
  if (!isFunction(constructed) || constructed.body?.type !== 'BlockStatement') return [];
  return constructed.body.body.flatMap(statement =>
    statement.type === 'ExpressionStatement' &&
    statement.expression.type === 'AssignmentExpression' &&
    statement.expression.left.type === 'MemberExpression' &&
    statement.expression.left.object.type === 'ThisExpression' &&
    plainKey(statement.expression.left.property, statement.expression.left.computed) === name
      ? [statement.expression.right]
      : [],
  );
}

/** The class that `this` belongs to. */
export function classAround(node: Node): ClassNode | null {
  for (let outer: Node | null | undefined = node; outer; outer = outer.parent) {
    if (outer.type === 'ClassBody') return outer.parent as ClassNode;
  }
  return null;
}
