import type { Node } from 'oxc-parser';
import { functionAround, nameOfFunction } from './follow/lookup.ts';

/** Whether code is a down migration: `exports.down`, `async down(queryRunner)`. */
export function isWayBackCode(node: Node): boolean {
  for (let around = functionAround(node); around; around = functionAround(around)) {
    const name = nameOfFunction(around) ?? assignedName(around);
    if (name === 'down') return true;
  }
  return false;
}

// exports.down = async knex => ...
function assignedName({ parent }: Node): string | null {
  if (parent?.type !== 'AssignmentExpression' || parent.left.type !== 'MemberExpression') return null;
  const { property } = parent.left;
  return property.type === 'Identifier' ? property.name : null;
}
