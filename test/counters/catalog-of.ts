import type {
  A_Const,
  ColumnDef,
  Constraint,
  CreateFunctionStmt,
  CreateStmt,
  CreateTrigStmt,
  Node,
  TypeName,
} from 'libpg-query';
import type { ReadRoutine } from '../../source/counters/body/world.ts';
import type { Catalog, CatalogTable } from '../../source/counters/catalog.ts';
import type { TriggerDetails } from '../../source/counters/find/writings.ts';
import { readSteps } from '../../source/sql/body/read-steps.ts';
import { loadParser } from '../../source/sql/parser/parser.ts';

const parser = await loadParser();

const categories: readonly (readonly [RegExp, string, string?])[] = [
  [/^(?:serial|int4)$/, 'N', 'integer'],
  [/^(?:bigserial|int8)$/, 'N', 'bigint'],
  [/^(?:smallserial|int2)$/, 'N', 'smallint'],
  [/^(?:numeric|float8|float4|money)$/, 'N'],
  [/^bool$/, 'B', 'boolean'],
  [/^(?:timestamptz|timestamp|date)$/, 'D'],
  [/^(?:text|varchar|bpchar|citext)$/, 'S'],
];

/** What the search reads of a database that these statements make: without a server. */
export function readingsOf(ddl: string) {
  const catalog: Catalog = { tables: [], triggers: [], routines: [], reserved: ['order', 'user', 'group'] };
  const details = new Map<Catalog['triggers'][number], TriggerDetails>();
  let oid = 1;
  const table = (schema: string | undefined, name: string | undefined): CatalogTable => {
    const found = catalog.tables.find(each => each.name === name && each.schema === (schema ?? 'public'));
    if (!found) throw new Error(`no table ${name}`);
    return found;
  };
  for (const { stmt, stmt_location: from = 0, stmt_len: length } of parser.parseSync(ddl).stmts ?? []) {
    const node = stmt as Node;
    if ('CreateStmt' in node) catalog.tables.push(tableOf(node.CreateStmt, oid++, table));
    else if ('CreateFunctionStmt' in node) {
      catalog.routines.push(
        routineOf(node.CreateFunctionStmt, oid++, ddl.slice(from, length ? from + length : undefined)),
      );
    } else if ('CreateTrigStmt' in node) {
      const [trigger, detail] = triggerOf(node.CreateTrigStmt, table, catalog);
      catalog.triggers.push(trigger);
      details.set(trigger, detail);
    } else if ('IndexStmt' in node) {
      const columns = (node.IndexStmt.indexParams ?? []).map(each =>
        'IndexElem' in each ? (each.IndexElem.name ?? '') : '',
      );
      const of = table(node.IndexStmt.relation?.schemaname, node.IndexStmt.relation?.relname);
      if (node.IndexStmt.unique) of.unique.push(columns);
      of.indexed.push(columns[0] ?? '');
    }
  }
  const bodies = new Map<number, ReadRoutine>(
    catalog.routines.map(routine => [routine.oid, { routine, body: readSteps(routine, parser) }]),
  );
  return { catalog, bodies, details };
}

function names(list: readonly Node[] | undefined): string[] {
  return (list ?? []).map(each => ('String' in each ? (each.String.sval ?? '') : ''));
}

function literalOf({ ival, sval }: A_Const): string {
  return sval ? `'${sval.sval}'` : String(ival?.ival ?? 'NULL');
}

function typeOf(given: TypeName | undefined) {
  const name = names(given?.names).at(-1) ?? '';
  if ((given?.arrayBounds ?? []).length > 0) return { type: `${name}[]`, category: 'A' };
  const [, category = 'E', type = name] = categories.find(([pattern]) => pattern.test(name)) ?? [];
  const [, decimals] = given?.typmods ?? [];
  const scale = decimals && 'A_Const' in decimals ? (decimals.A_Const.ival?.ival ?? 0) : null;
  return { type, category: name === 'uuid' || name === 'jsonb' ? 'U' : category, scale };
}

function beginningOf(
  constraints: readonly Node[],
): Pick<CatalogTable['columns'][number], 'generated' | 'nullable' | 'start'> {
  const all = constraints.flatMap(each => ('Constraint' in each ? [each.Constraint] : []));
  const start = all.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  const number = start && 'A_Const' in start ? start.A_Const.ival : undefined;
  return {
    generated: all.some(({ contype }) => contype === 'CONSTR_GENERATED'),
    nullable: !all.some(({ contype }) => contype === 'CONSTR_NOTNULL' || contype === 'CONSTR_PRIMARY'),
    start: number ? String(number.ival ?? 0) : null,
  };
}

function tableOf(
  { relation, tableElts = [] }: CreateStmt,
  oid: number,
  table: (schema: string | undefined, name: string | undefined) => CatalogTable,
): CatalogTable {
  const made: CatalogTable = {
    oid,
    schema: relation?.schemaname ?? 'public',
    name: relation?.relname ?? '',
    kind: 'r',
    columns: [],
    unique: [],
    references: [],
    indexed: [],
    estimate: -1,
    readable: true,
    policies: false,
    foreign: false,
  };
  const constrain = ({ contype, keys, fk_attrs, pk_attrs, pktable }: Constraint, own: string[]) => {
    const columns = keys ? names(keys) : fk_attrs ? names(fk_attrs) : own;
    if (contype === 'CONSTR_PRIMARY') made.unique.unshift(columns);
    if (contype === 'CONSTR_UNIQUE') made.unique.push(columns);
    if (contype !== 'CONSTR_FOREIGN') return;
    const to = pktable?.relname === made.name ? made : table(pktable?.schemaname, pktable?.relname);
    made.references.push({
      columns,
      table: to.oid,
      targets: pk_attrs ? names(pk_attrs) : (to.unique[0] ?? ['id']),
    });
  };
  for (const each of tableElts) {
    if ('ColumnDef' in each) {
      const { colname = '', typeName, constraints = [] } = each.ColumnDef as ColumnDef;
      made.columns.push({ name: colname, ...typeOf(typeName), ...beginningOf(constraints) });
      for (const one of constraints) if ('Constraint' in one) constrain(one.Constraint, [colname]);
    } else if ('Constraint' in each) constrain(each.Constraint, []);
  }
  return made;
}

function routineOf(created: CreateFunctionStmt, oid: number, text: string): Catalog['routines'][number] {
  const all = names(created.funcname);
  const option = (name: string) =>
    (created.options ?? []).flatMap(each =>
      'DefElem' in each && each.DefElem.defname === name ? [each.DefElem.arg] : [],
    )[0];
  const language = option('language');
  const body = option('as');
  const parameters = (created.parameters ?? []).flatMap(each =>
    'FunctionParameter' in each ? [each.FunctionParameter] : [],
  );
  const result = names(created.returnType?.names).at(-1) ?? null;
  const schema = all.length > 1 ? (all[0] ?? 'public') : 'public';
  const from = text.indexOf('(');
  const isTrigger = result === 'trigger';
  return {
    oid,
    schema,
    name: all.at(-1) ?? '',
    identity: `${schema}.${all.at(-1)}(${parameters.map(({ argType }) => typeOf(argType).type).join(', ')})`,
    language: language && 'String' in language ? (language.String.sval ?? '') : '',
    source: body && 'List' in body ? (names(body.List.items)[0] ?? '') : text,
    kind: created.is_procedure ? 'procedure' : 'function',
    arguments: parameters
      .map(
        ({ name = '', argType, defexpr }) =>
          `${name} ${typeOf(argType).type}${defexpr && 'A_Const' in defexpr ? ` DEFAULT ${literalOf(defexpr.A_Const)}` : ''}`,
      )
      .join(', '),
    defaults: parameters.filter(({ defexpr }) => defexpr).length,
    result:
      from < 0 || !isTrigger
        ? result === null
          ? null
          : result === 'trigger'
            ? 'trigger'
            : typeOf(created.returnType).type
        : 'trigger',
    argumentNames: parameters.map(({ name = '' }) => name),
    strict: option('strict') !== undefined,
    path: null,
    isTrigger,
  };
}

function triggerOf(
  created: CreateTrigStmt,
  table: (schema: string | undefined, name: string | undefined) => CatalogTable,
  { routines }: Catalog,
): [Catalog['triggers'][number], TriggerDetails] {
  const {
    trigname = '',
    relation,
    row,
    timing = 0,
    events = 0,
    columns,
    whenClause,
    transitionRels = [],
    funcname,
    args,
  } = created;
  const transition = (isNew: boolean) =>
    transitionRels.flatMap(each =>
      'TriggerTransition' in each && (each.TriggerTransition.isNew ?? false) === isNew
        ? [each.TriggerTransition.name ?? '']
        : [],
    )[0] ?? null;
  const routine = routines.find(({ name }) => name === names(funcname).at(-1));
  if (!routine) throw new Error(`no function ${names(funcname).join('.')}`);
  return [
    {
      name: trigname,
      table: table(relation?.schemaname, relation?.relname).oid,
      enabled: true,
      type: (row ? 1 : 0) | timing | events,
      updateOf: names(columns),
      oldTable: transition(false),
      newTable: transition(true),
      function: routine.oid,
      definition: null,
    },
    { when: whenClause ?? null, arguments: names(args) },
  ];
}
