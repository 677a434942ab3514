import type { Node } from 'libpg-query';
import type { Parser } from './parser.ts';

/** The tree of a single expression; undefined where the text is none. */
export function parseExpression(text: string, parser: Parser): Node | undefined {
  try {
    const [statement] = parser.parseSync(`SELECT ${text}`).stmts ?? [];
    const query = statement?.stmt;
    const target = query && 'SelectStmt' in query ? query.SelectStmt.targetList?.[0] : undefined;
    return target && 'ResTarget' in target ? target.ResTarget.val : undefined;
  } catch {
    return undefined;
  }
}
