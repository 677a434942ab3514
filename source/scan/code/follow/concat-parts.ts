import type { Node } from 'oxc-parser';

/** The operands of a concatenation, in order: a SQL statement may have a hundred lines, each nested in the next. */
export function addendsOf(node: Node): Node[] {
  const found: Node[] = [];
  let left = node;
  while (left.type === 'BinaryExpression' && left.operator === '+') {
    found.push(left.right);
    left = left.left as Node;
  }
  return [left, ...found.reverse()];
}
