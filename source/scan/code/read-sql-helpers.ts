import type { Node } from 'oxc-parser';
import { ofText } from './count-change.ts';
import type { Follower } from './follow/follow.ts';
import { functionAround } from './follow/lookup.ts';
import { parameterOf } from './follow/parameters.ts';
import type { CodeModule, Reference } from './parse/code-module.ts';
import { wholeOf } from './read-sql-texts.ts';
import { type SqlText, sourceOf, sqlText } from './sql-text.ts';
import { isRun } from './sql-use.ts';
import type { Helper } from './write-candidate.ts';

/**
 * SQL whose table or column is a parameter: `UPDATE ${table} SET views = views + 1`. Whoever calls its function
 * with the counter's table writes the counter.
 */
export function sqlHelpersIn(module: CodeModule, follower: Follower): Helper[] {
  const wholes = new Set(module.strings.map(wholeOf));
  return [...wholes].flatMap((node): Helper[] => {
    const text = module.text.slice(node.start, node.end);
    if (!/\bupdate\b/i.test(text) || !/\bset\b/i.test(text)) return [];
    const sql = sqlText(follower, { module, node });
    if (!sql || sql.holes.length === 0 || !isRun(module, node)) return [];
    const helper = helperOf(sql, follower);
    if (!helper) return [];
    const { key, offset, ...rest } = helper;
    const at = { module, node, offset: sourceOf(sql, offset), readBefore: false };
    return [{ ...rest, values: null, key, ...calledBy(rest.table, node), at }];
  });
}

/** A table that a constructor is given belongs to the method that writes it. */
export function calledBy(table: Reference | null, node: Node): Pick<Helper, 'owner'> {
  const owner = table && parameterOf(table)?.owner?.parent;
  return owner?.type === 'MethodDefinition' && owner.kind === 'constructor'
    ? { owner: functionAround(node) }
    : {};
}

const update =
  /\bupdate\s+(?:only\s+)?(?:"?[\w$]+"?\s*\.\s*)?"?([\w$]+)"?(?:\s+(?:as\s+)?(?!set\b)\w+)?\s+set\b([\s\S]*?)(?:\bwhere\b|\breturning\b|;|$)/dis;

function helperOf({ text, holes }: SqlText, { names }: Follower) {
  const found = update.exec(text);
  const [tableStart = 0, tableEnd = 0] = found?.indices?.[1] ?? [];
  const [setStart = 0, setEnd = 0] = found?.indices?.[2] ?? [];
  if (!found) return null;
  const hole = holes.find(({ at }) => at >= tableStart && at < tableEnd);
  const table = hole?.parameter ?? null;
  const name = text.slice(tableStart, tableEnd);
  const around = hole ? name.slice(hole.at - tableStart).replace('scan_hole', '') : '';
  const affixes = [name.slice(0, (hole?.at ?? tableStart) - tableStart), around] as const;
  if (!table && !names.isPresets(found[1] ?? '')) return null;
  const assignments = [...(found[2] ?? '').matchAll(/(?:^|,)\s*"?([\w$]+)"?\s*=([^,]*)/dg)];
  for (const { 1: column = '', 2: value = '', indices } of assignments) {
    const at = setStart + (indices?.[1]?.[0] ?? 0);
    const key = holes.find(hole => hole.at === at && hole.at < setEnd)?.parameter ?? null;
    if (!key && !(table && names.isCounter(column))) continue;
    return { kind: 'sql' as const, table, key, how: ofText(value), affixes, offset: found.index };
  }
  return null;
}
