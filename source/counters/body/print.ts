import type { Expression } from './expression.ts';

/** An expression in a few words, for a sentence: it is no SQL to be run. */
export function printed(each: Expression): string {
  const many = (args: readonly Expression[], by: string) => args.map(printed).join(by);
  switch (each.kind) {
    case 'value':
      return typeof each.value === 'string' ? `'${each.value}'` : String(each.value);
    case 'column': {
      const { kind, table } = each.source;
      return `${kind === 'new' || kind === 'old' ? kind.toUpperCase() : table.name}.${each.column}`;
    }
    case 'row':
      return each.source.kind.toUpperCase();
    case 'argument':
      return each.name;
    case 'operator':
      return many(each.args, each.name === 'distinct' ? ' IS DISTINCT FROM ' : ` ${each.name} `);
    case 'and':
      return many(each.args, ' AND ');
    case 'or':
      return many(each.args, ' OR ');
    case 'not': {
      const denied = each.arg.kind === 'is' && each.arg.value ? each.arg.arg : each.arg;
      // FOUND is never NULL.
      const isTwice = denied.kind === 'not' && denied.arg.kind === 'session';
      return isTwice ? printed(denied.arg) : `NOT (${printed(each.arg)})`;
    }
    case 'null':
      return `${printed(each.arg)} IS NULL`;
    case 'is':
      return each.value ? printed(each.arg) : `${printed(each.arg)} IS FALSE`;
    case 'in':
      return `${printed(each.arg)} IN (${many(each.values, ', ')})`;
    case 'case':
      return 'CASE';
    case 'coalesce':
      return `COALESCE(${many(each.args, ', ')})`;
    case 'extreme':
      return `${each.name}(${many(each.args, ', ')})`;
    case 'aggregate':
      return `${each.name}(${each.distinct ? 'DISTINCT ' : ''}${each.arg ? printed(each.arg) : '*'})`;
    case 'lookup':
    case 'among':
      return 'a query';
    case 'session':
      return each.name;
    case 'altered':
      return `${each.by} leaves a row`;
    case 'opaque':
      if (each.text.endsWith('()')) return `${each.text.slice(0, -1)}${many(each.args, ', ')})`;
      return each.args.length === 2 ? many(each.args, ` ${each.text} `) : each.text;
  }
}
