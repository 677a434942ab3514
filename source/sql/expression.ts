import type { Node } from 'libpg-query';
import { type Parser, refusalOf } from './parser/parser.ts';

/** The tree of a single expression; undefined if the text is not one. */
export function parseExpression(text: string, parser: Parser): Node | undefined {
  try {
    const [statement] = parser.parseSync(`SELECT ${text}`).stmts ?? [];
    const query = statement?.stmt;
    const target = query && 'SelectStmt' in query ? query.SelectStmt.targetList?.[0] : undefined;
    return target && 'ResTarget' in target ? target.ResTarget.val : undefined;
  } catch (error) {
    refusalOf(error);
    return undefined;
  }
}
