import type { Node, TypeName } from 'libpg-query';
import { nameOf, namesIn } from '../names.ts';
import type { SqlNamed } from '../sql-effects.ts';
import { nameParts } from './assignment.ts';

/** What a node of a statement's tree names, besides tables and functions. */
export function namedBy(node: Node): SqlNamed[] {
  if ('TypeCast' in node) {
    const { typeName, arg } = node.TypeCast;
    const type = typeOf(typeName);
    const isRelation = namesIn(typeName?.names).at(-1) === 'regclass';
    return isRelation && arg ? [...type, ...relationIn(arg)] : type;
  }
  if ('ColumnDef' in node) return typeOf(node.ColumnDef.typeName);
  if ('A_Expr' in node) return [{ what: 'operator', ...nameOf(node.A_Expr.name) }];
  if ('CommonTableExpr' in node)
    return [{ what: 'query', schema: null, name: node.CommonTableExpr.ctename ?? '' }];
  if ('FuncCall' in node) {
    const [first] = node.FuncCall.args ?? [];
    return first && takesRelation.has(nameOf(node.FuncCall.funcname).name) ? relationIn(first) : [];
  }
  return [];
}

const takesRelation: ReadonlySet<string> = new Set(['nextval', 'currval', 'setval', 'to_regclass']);

function typeOf(type: TypeName | undefined): SqlNamed[] {
  return type?.names ? [{ what: 'type', ...nameOf(type.names) }] : [];
}

function relationIn(node: Node): SqlNamed[] {
  const text = 'A_Const' in node ? node.A_Const.sval?.sval : undefined;
  return text === undefined ? [] : [named('relation', nameParts(text))];
}

/** What the type of a PL/pgSQL variable names, such as `mood`, `uses.id%TYPE` or `uses%ROWTYPE`. */
export function namedByType(text: string): SqlNamed[] {
  const [name = '', ofColumn] = text.split(/%\s*(type)\b/i);
  const parts = nameParts(name.replace(/\(.*/, ''));
  if (ofColumn === undefined) return [named('type', parts)];
  // With one part it is the type of another variable.
  return parts.length < 2 ? [] : [named('relation', parts.slice(0, -1))];
}

function named(what: SqlNamed['what'], parts: readonly string[]): SqlNamed {
  return { what, schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}
