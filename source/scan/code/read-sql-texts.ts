import type { Node } from 'oxc-parser';
import { mayWrite } from '../names.ts';
import { withNames } from '../subject.ts';
import { isClientStore } from './elsewhere/client-store.ts';
import type { Follower } from './follow/follow.ts';
import type { CodeModule } from './parse/code-module.ts';
import { type SqlText, sqlText } from './sql-text.ts';
import { isRun } from './sql-use.ts';

/** SQL in a file of code that is run there. */
export interface CodeSql {
  module: CodeModule;
  node: Node;
  sql: SqlText;
}

/** What a statement may begin with, as the source of a regular expression. */
export const statementWords =
  'update|insert|merge|with|select|call|perform|do|create|alter|drop|begin|truncate|delete|explain|copy';

const statement = new RegExp(
  `^\\s*(?:--[^\\n]*\\n\\s*|/\\*[\\s\\S]*?\\*/\\s*)*(?:${statementWords})\\b`,
  'i',
);

/** The texts in a file that are SQL statements about presets or their use, and are run. */
export function sqlTextsOf(module: CodeModule, follower: Follower, functions: Iterable<string>): CodeSql[] {
  const names = [...functions];
  const seen = new Set<Node>();
  return module.strings.flatMap((node): CodeSql[] => {
    const whole = wholeOf(node);
    if (seen.has(whole)) return [];
    seen.add(whole);
    // The cheap check first: most strings are not SQL.
    if (
      !statement.test(
        module.text
          .slice(whole.type === 'TaggedTemplateExpression' ? whole.quasi.start : whole.start, whole.end)
          .replace(/^[`'"[\s(]+/, '')
          .replace(/^[\w.$]*(?:<[^`]*>)?`/, ''),
      )
    )
      return [];
    const sql = sqlText(follower, { module, node: whole });
    if (!sql || !statement.test(sql.text)) return [];
    const relevant = mayWrite(sql.text, names) || recordsNamed().test(sql.text);
    return relevant && isRun(module, whole) && !isForClient(module, whole, follower)
      ? [{ module, node: whole, sql }]
      : [];
  });
}

// SQLite on the device has presets of its own.
function isForClient(module: CodeModule, node: Node, follower: Follower): boolean {
  const call = node.type === 'TaggedTemplateExpression' ? node : node.parent;
  const callee =
    call?.type === 'CallExpression'
      ? call.callee
      : call?.type === 'TaggedTemplateExpression'
        ? call.tag
        : null;
  return (
    callee?.type === 'MemberExpression' && isClientStore(follower, { module, node: callee.object as Node })
  );
}

/** The concatenation, template or list that a string is part of. */
export function wholeOf(node: Node): Node {
  const outer = node.parent;
  if (!outer) return node;
  switch (outer.type) {
    case 'BinaryExpression':
      return outer.operator === '+' ? wholeOf(outer) : node;
    case 'TaggedTemplateExpression':
      return (outer.quasi as Node) === node ? wholeOf(outer) : node;
    case 'TemplateLiteral':
      return wholeOf(outer);
    case 'ArrayExpression':
      return isJoined(outer) ? wholeOf(outer.parent!.parent!) : node;
    default:
      return node;
  }
}

const isJoined = ({ parent }: Node) =>
  parent?.type === 'MemberExpression' &&
  parent.property.type === 'Identifier' &&
  parent.property.name === 'join' &&
  parent.parent?.type === 'CallExpression';

const recordsNamed = withNames(({ records, track }) => new RegExp(`${records}|${track}`, 'i'));
