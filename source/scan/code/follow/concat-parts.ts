import type { Node } from 'oxc-parser';

/** The texts of a sum, in order: a statement of SQL may be a sum of a hundred lines, each nested in the next. */
export function addendsOf(node: Node): Node[] {
  const found: Node[] = [];
  let left = node;
  while (left.type === 'BinaryExpression' && left.operator === '+') {
    found.push(left.right);
    left = left.left as Node;
  }
  return [left, ...found.reverse()];
}
