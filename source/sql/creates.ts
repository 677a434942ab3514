import type {
  AlterTableStmt,
  CreateFunctionStmt,
  CreateTrigStmt,
  DefElem,
  DoStmt,
  DropStmt,
  Node,
  RangeVar,
  RuleStmt,
  TypeName,
  ViewStmt,
} from 'libpg-query';
import { nameOf, namesIn, tableName } from './names.ts';
import { emptyReading, type SqlCreate, type SqlName, type SqlReading } from './sql-effects.ts';
import { type SqlLocation, statementText } from './sql-location.ts';
import type { ReadBody } from './sql-reader.ts';

type Read = (node: Node) => SqlReading;

/**
 * What a statement creates, drops or switches; null if it does none of these. Creating is not doing: a function that writes has
 * written nothing by being created.
 */
export function createdBy(node: Node, place: SqlLocation, bodies: ReadBody, read: Read): SqlCreate[] | null {
  if ('CreateFunctionStmt' in node) return [routine(node.CreateFunctionStmt, place, bodies, read)];
  if ('DoStmt' in node) return [block(node.DoStmt, place, bodies)];
  if ('CreateTrigStmt' in node) return [trigger(node.CreateTrigStmt, place)];
  if ('RuleStmt' in node) return [rule(node.RuleStmt, place, read)];
  if ('ViewStmt' in node) return [view(node.ViewStmt, place, read)];
  if ('DropStmt' in node) return dropped(node.DropStmt, place);
  if ('CreateStmt' in node) {
    const { relation, tableElts = [] } = node.CreateStmt;
    return [table(relation, tableElts, false, place), ...generated(relation, tableElts, place)];
  }
  if ('AlterTableStmt' in node) return altered(node.AlterTableStmt, place);
  return null;
}

const here = (place: SqlLocation) => ({ offset: place.start, text: statementText(place) });

function routine(statement: CreateFunctionStmt, place: SqlLocation, bodies: ReadBody, read: Read): SqlCreate {
  const { funcname, options, sql_body: atomic, is_procedure: isProcedure, parameters = [] } = statement;
  const { language, body, offset, definer } = optionsOf(options, place);
  return {
    kind: isProcedure ? 'procedure' : 'function',
    name: nameOf(funcname),
    language: atomic ? 'sql' : language,
    definer,
    arguments: parameters.flatMap(each => {
      if (!('FunctionParameter' in each)) return [];
      const { mode, argType } = each.FunctionParameter;
      return mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_TABLE' ? [] : [typeText(argType)];
    }),
    reading: atomic
      ? eachAlone(read(atomic), place)
      : body === null
        ? emptyReading()
        : bodies(language, body, offset, place),
    ...here(place),
  };
}

/** The parser does not report where the statements of BEGIN ATOMIC end: they are cut at semicolons that end a line. */
function eachAlone(reading: SqlReading, { text, end }: SqlLocation): SqlReading {
  return {
    ...reading,
    writes: reading.writes.map(write => {
      const length = text.slice(write.offset, end).search(/;\s*(?:\n|end\b|$)/i);
      return length < 0 ? write : { ...write, text: text.slice(write.offset, write.offset + length) };
    }),
  };
}

function block({ args }: DoStmt, place: SqlLocation, bodies: ReadBody): SqlCreate {
  const { language, body, offset } = optionsOf(args, place, 'plpgsql');
  return {
    kind: 'do',
    name: { schema: null, name: 'do' },
    language,
    reading: body === null ? emptyReading() : bodies(language, body, offset, place),
    ...here(place),
  };
}

function optionsOf(options: readonly Node[] | undefined, place: SqlLocation, unsaid = 'sql') {
  const named = (name: string): DefElem | undefined =>
    (options ?? [])
      .map(each => ('DefElem' in each ? each.DefElem : {}))
      .find(({ defname }) => defname === name);
  const as = named('as');
  const definer = named('security')?.arg;
  const language = named('language')?.arg;
  const [source] =
    as?.arg && 'List' in as.arg ? namesIn(as.arg.List.items) : as?.arg ? namesIn([as.arg]) : [];
  const after = place.offset(as?.location ?? 0);
  const at = source === undefined ? -1 : place.text.indexOf(source, after);
  return {
    language: language && 'String' in language ? (language.String.sval ?? unsaid) : unsaid,
    body: source ?? null,
    // With doubled or escaped quotes the text differs from the source: then the offset is that of the whole.
    offset: at >= 0 && at < place.end ? at : after,
    definer: definer !== undefined && 'Boolean' in definer && definer.Boolean.boolval === true,
  };
}

function typeText(type: TypeName | undefined): string {
  const words = namesIn(type?.names).filter(word => word !== 'pg_catalog');
  return `${words.join('.')}${'[]'.repeat(type?.arrayBounds?.length ?? 0)}`;
}

// TRIGGER_TYPE_* of pg_trigger.h.
const events = [
  [4, 'INSERT'],
  [8, 'DELETE'],
  [16, 'UPDATE'],
  [32, 'TRUNCATE'],
] as const;

function trigger(statement: CreateTrigStmt, place: SqlLocation): SqlCreate {
  const { timing = 0, events: bits = 0 } = statement;
  return {
    kind: 'trigger',
    name: { schema: null, name: statement.trigname ?? '' },
    table: tableName(statement.relation ?? {}),
    timing: timing & 64 ? 'INSTEAD OF' : timing & 2 ? 'BEFORE' : 'AFTER',
    events: events.filter(([bit]) => bits & bit).map(([, event]) => event),
    level: statement.row ? 'row' : 'statement',
    updateOf: namesIn(statement.columns),
    condition: statement.whenClause !== undefined,
    function: nameOf(statement.funcname),
    ...here(place),
  };
}

function rule(statement: RuleStmt, place: SqlLocation, read: Read): SqlCreate {
  const reading = emptyReading();
  for (const action of statement.actions ?? []) {
    const { writes, calls, also } = read(action);
    reading.writes.push(...writes);
    reading.calls.push(...calls);
    for (const each of also) if (!reading.also.includes(each)) reading.also.push(each);
  }
  return {
    kind: 'rule',
    name: { schema: null, name: statement.rulename ?? '' },
    table: tableName(statement.relation ?? {}),
    event: (statement.event ?? '').replace('CMD_', ''),
    instead: statement.instead ?? false,
    reading,
    ...here(place),
  };
}

function view(statement: ViewStmt, place: SqlLocation, read: Read): SqlCreate {
  const { query } = statement;
  const from = query && 'SelectStmt' in query ? (query.SelectStmt.fromClause ?? []) : [];
  return {
    kind: 'view',
    name: tableName(statement.view ?? {}),
    columns: query && 'SelectStmt' in query ? shown(query.SelectStmt.targetList ?? []) : [],
    from: from.flatMap(each => ('RangeVar' in each ? [tableName(each.RangeVar)] : [])),
    reading: query ? read(query) : emptyReading(),
    ...here(place),
  };
}

function shown(targets: readonly Node[]): { name: string; of: string | null }[] {
  return targets.flatMap(target => {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (!('ResTarget' in target)) return [];
    const of = value && 'ColumnRef' in value ? (namesIn(value.ColumnRef.fields).at(-1) ?? null) : null;
    return [{ name: target.ResTarget.name ?? of ?? '', of: of === '' ? null : of }];
  });
}

/** Names of triggers and rules come after their table; routines, tables and views have only their name. */
function dropped({ objects = [], removeType }: DropStmt, place: SqlLocation): SqlCreate[] {
  const what = (removeType ?? '').replace('OBJECT_', '').toLowerCase();
  return objects.map(object => {
    const words =
      'ObjectWithArgs' in object
        ? namesIn(object.ObjectWithArgs.objname)
        : 'List' in object
          ? namesIn(object.List.items)
          : namesIn([object]);
    const onTable = what === 'trigger' || what === 'rule' || what === 'policy';
    const table = onTable ? words.slice(0, -1) : [];
    return {
      kind: 'drop',
      what,
      name: { schema: onTable ? null : (words.at(-2) ?? null), name: words.at(-1) ?? '' },
      table: table.length > 0 ? { schema: table.at(-2) ?? null, name: table.at(-1) ?? '' } : null,
      ...here(place),
    };
  });
}

const switches: Record<string, readonly ['origin' | 'always' | 'replica' | 'disabled', string?]> = {
  AT_EnableTrig: ['origin'],
  AT_EnableAlwaysTrig: ['always'],
  AT_EnableReplicaTrig: ['replica'],
  AT_DisableTrig: ['disabled'],
  AT_EnableTrigAll: ['origin', '*'],
  AT_DisableTrigAll: ['disabled', '*'],
  AT_EnableTrigUser: ['origin', 'user'],
  AT_DisableTrigUser: ['disabled', 'user'],
};

function altered({ relation, cmds = [] }: AlterTableStmt, place: SqlLocation): SqlCreate[] {
  return cmds.flatMap((each): SqlCreate[] => {
    if (!('AlterTableCmd' in each)) return [];
    const { subtype = '', name = '', def } = each.AlterTableCmd;
    const [enabled, all] = switches[subtype] ?? [];
    if (enabled) {
      return [
        {
          kind: 'switch',
          name: { schema: null, name: all ?? name },
          table: tableName(relation ?? {}),
          enabled,
          ...here(place),
        },
      ];
    }
    return subtype === 'AT_AddColumn' && def
      ? [table(relation, [def], true, place), ...generated(relation, [def], place)]
      : [];
  });
}

function table(
  relation: RangeVar | undefined,
  elements: readonly Node[],
  adds: boolean,
  place: SqlLocation,
): SqlCreate {
  const columns = elements.flatMap(each => ('ColumnDef' in each ? [each.ColumnDef.colname ?? ''] : []));
  return { kind: 'table', name: tableName(relation ?? {}), columns, adds, ...here(place) };
}

function generated(
  relation: RangeVar | undefined,
  elements: readonly Node[],
  place: SqlLocation,
): SqlCreate[] {
  const table: SqlName = tableName(relation ?? {});
  return elements.flatMap((element): SqlCreate[] => {
    if (!('ColumnDef' in element)) return [];
    const { colname = '', constraints = [] } = element.ColumnDef;
    return constraints.flatMap((each): SqlCreate[] => {
      if (!('Constraint' in each) || each.Constraint.contype !== 'CONSTR_GENERATED') return [];
      const { raw_expr: expression } = each.Constraint;
      return [
        {
          kind: 'generated',
          name: { schema: null, name: colname },
          table,
          reads: columnsIn(expression),
          ...here(place),
        },
      ];
    });
  });
}

function columnsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(columnsIn);
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Node;
  if ('ColumnRef' in node) return namesIn(node.ColumnRef.fields).slice(-1);
  return Object.values(node).flatMap(columnsIn);
}
