import type { SqlName, SqlTerm } from '../../sql/sql-effects.ts';
import { namesUser } from '../discovery/find-column.ts';
import { isSubject, placesOf, routinesOf } from './token.ts';
import type { UserCatalog, UserColumn, UserTable, UserText } from './user-catalog.ts';

/** From a value of `key` to the value of `column` in the same row of `table`. */
export interface UserHop {
  table: string;
  key: UserColumn;
  column: UserColumn;
  readable: boolean;
}

/** How the user of a record leads to the subject of the token that the application sends for that user. */
export interface UserPath {
  /** The column of the records that names the user. */
  column: UserColumn;
  /** Empty if the record holds the subject itself. */
  hops: UserHop[];
  /** The lower, the more certain. */
  doubt: number;
}

/**
 * The column of the records that names the user: by its name, else the one that leads to the subject most certainly. Null if there is
 * none. `presetColumn` is not asked.
 */
export function userColumnOf(catalog: UserCatalog, presetColumn: string): string | null {
  const records = catalog.tables.find(({ oid }) => oid === catalog.records);
  const columns = (records?.columns ?? []).filter(({ name }) => name !== presetColumn);
  const named = columns.find(({ name }) => namesUser(name));
  if (named) return named.name;
  const [best] = columns
    .flatMap(({ name }) => userPaths(catalog, name).slice(0, 1))
    .sort((a, b) => a.doubt - b.doubt);
  return best?.column.name ?? null;
}

interface Node {
  table: UserTable;
  column: UserColumn;
}

/** The tables whose keys are subjects: Supabase's, and Neon's. */
const authTables: readonly SqlName[] = [
  { schema: 'auth', name: 'users' },
  { schema: 'neon_auth', name: 'users_sync' },
];

// Enough for every way that people have built; more would be chance.
const longest = 8;
const most = 50;

/**
 * The ways from `column` of the records to the subject, the most certain first. A foreign key to the table of the users is one, and
 * so is a policy, view or function that compares a column with `auth.uid()`. Where a foreign key decides, nothing else is asked:
 * what a policy says of it may be wrong.
 */
export function userPaths(catalog: UserCatalog, column: string): UserPath[] {
  const records = catalog.tables.find(({ oid }) => oid === catalog.records);
  const start = records?.columns.find(({ name }) => name === column);
  if (!records || !start) return [];
  const graph = graphOf(catalog);
  const from: Node = { table: records, column: start };
  const paths: UserPath[] = [];
  const add = (hops: UserHop[], doubt: number) => paths.push({ column: start, hops, doubt });
  const referred = graph.references(from);
  if (referred.some(({ table }) => isAuthTable(table))) add([], 0);
  for (const next of referred) walk(next, [], [from.table.oid], 0, graph, add);
  // A foreign key that leads to an account by a column such as invited_by decides nothing.
  if (paths.every(({ doubt }) => doubt > 2)) {
    for (const next of graph.equals(from)) walk(next, [], [from.table.oid], 1, graph, add);
    // Where the records refer to profiles, the comparison may be the mistake: a profile's other column may be the one.
    const doubtful = referred.some(({ table, column }) => holdsLogin(table, column));
    if (graph.compared(from) && !doubtful) add([], referred.length > 0 ? 2 : 1);
  }
  return paths.sort((a, b) => a.doubt - b.doubt || a.hops.length - b.hops.length);
}

function walk(
  at: Node,
  hops: UserHop[],
  visited: readonly number[],
  doubt: number,
  graph: Graph,
  add: (hops: UserHop[], doubt: number) => number,
): void {
  if (visited.includes(at.table.oid) || hops.length >= longest || graph.spent()) return;
  const { table, column: key } = at;
  for (const column of table.columns) {
    const node = { table, column };
    const same = column.name === key.name;
    const way = same ? hops : [...hops, { table: table.table, key, column, readable: table.readable }];
    const toUsers = graph.references(node).some(next => isAuthTable(next.table));
    const compared = graph.compared(node);
    const named = same || personal.test(column.name) ? 0 : 1;
    if (toUsers || compared) add(way, doubt + named + (compared ? 0 : 1) + (column.unique || same ? 0 : 1));
    // A key may itself refer to another table's key: the same value, as of a profile whose id is that of an account.
    const onward = [
      ...graph.references(node).map(next => ({ next, more: 0 })),
      ...graph.equals(node).map(next => ({ next, more: same ? 1 : 0 })),
    ];
    for (const { next, more } of onward) {
      if (isAuthTable(next.table)) continue;
      walk(next, way, [...visited, table.oid], doubt + named + more, graph, add);
    }
  }
}

/** Columns that usually name the person itself, and not who created, owns or invited it. */
const personal = /(^|_)(user|auth|account|profile|member|person|people|identity|uid|sub|clerk)/i;

/** True if a table seems to say whose login a row is, in another column than its key. */
function holdsLogin({ columns }: UserTable, key: UserColumn): boolean {
  return columns.some(
    ({ name, type }) => name !== key.name && login.test(name) && /^(uuid|text|character)/.test(type),
  );
}

const login = /(^|_)(user_?id|auth|uid|sub|subject|clerk|account_?id|login_?id|identity|external_?id)(_|$)/i;

/** The table of accounts, where this database has one. */
export function accountsIn({ tables }: UserCatalog): UserTable | undefined {
  return tables.find(isAuthTable);
}

function isAuthTable({ schema, name }: SqlName): boolean {
  return authTables.some(each => each.schema === schema && each.name === name);
}

interface Graph {
  references(node: Node): Node[];
  equals(node: Node): Node[];
  /** Whether something compares the column with the subject. */
  compared(node: Node): boolean;
  spent(): boolean;
}

function graphOf(catalog: UserCatalog): Graph {
  const equal: [Node, Node][] = [];
  const subjects: Node[] = [];
  for (const text of catalog.texts) {
    for (const { left, right } of text.reading.equals) {
      const [one, other] = [meaning(left, text, catalog), meaning(right, text, catalog)];
      for (const node of one.nodes) {
        if (other.subject) subjects.push(node);
        for (const same of other.nodes) equal.push([node, same], [same, node]);
      }
      if (one.subject) subjects.push(...other.nodes);
    }
  }
  const is = (a: Node, b: Node) => a.table.oid === b.table.oid && a.column.name === b.column.name;
  let asked = 0;
  return {
    references: node =>
      catalog.references
        .filter(({ from, column }) => from === node.table.oid && column === node.column.name)
        .flatMap(({ to, key }) =>
          nodeAt(
            catalog.tables.find(({ oid }) => oid === to),
            key,
          ),
        ),
    equals: node => equal.filter(([one]) => is(one, node)).map(([, other]) => other),
    compared: node => subjects.some(each => is(each, node)),
    spent() {
      asked += 1;
      return asked > most * longest;
    },
  };
}

interface Meaning {
  nodes: Node[];
  subject: boolean;
}

/** The columns that a term stands for, also through views and functions, and whether it is the subject. */
function meaning(term: SqlTerm, text: UserText, catalog: UserCatalog, depth = 0): Meaning {
  if (depth > 4) return { nodes: [], subject: false };
  if (term.kind === 'column') return { nodes: columnsOf(term, text, catalog), subject: false };
  const called = term.calls.flatMap(call => routinesOf(call, text, catalog));
  return {
    subject: isSubject(term, text, catalog),
    nodes: called.flatMap(routine =>
      routine.reading.gives.flatMap(given => meaning(given, routine, catalog, depth + 1).nodes),
    ),
  };
}

function columnsOf(
  { table, column }: Extract<SqlTerm, { kind: 'column' }>,
  text: UserText,
  catalog: UserCatalog,
): Node[] {
  const own = text.table === null ? undefined : catalog.tables.find(({ oid }) => oid === text.table);
  // NEW is the row of a trigger's table.
  if (table === null || (table.schema === null && table.name === 'new')) return nodeAt(own, column);
  return nodeAt(tableNamed(table, text, catalog), column).map(node => behindView(node, text, catalog));
}

function nodeAt(table: UserTable | undefined, name: string): Node[] {
  const column = table?.columns.find(each => each.name === name);
  return table && column ? [{ table, column }] : [];
}

/** The table that a name refers to. */
function tableNamed({ schema, name }: SqlName, from: UserText, catalog: UserCatalog): UserTable | undefined {
  const named = catalog.tables.filter(each => each.name === name);
  const places = schema === null ? placesOf(from, catalog) : [schema];
  return places.flatMap(place => named.filter(each => each.schema === place))[0];
}

/** The column of the table that a view shows. */
function behindView(node: Node, text: UserText, catalog: UserCatalog, depth = 0): Node {
  const { table, column } = node;
  const [view] = table.view?.creates ?? [];
  if (depth > 8 || view?.kind !== 'view') return node;
  const from = view.from.length === 1 ? view.from[0] : undefined;
  const of = view.columns.find(({ name }) => name === column.name)?.of;
  const [given] = view.columns.length === 1 ? view.reading.gives : [];
  const here = { ...text, table: table.oid, path: null };
  const inner =
    given?.kind === 'column'
      ? columnsOf(given, here, catalog)
      : from && of
        ? nodeAt(tableNamed(from, here, catalog), of)
        : [];
  return inner[0] ? behindView(inner[0], text, catalog, depth + 1) : node;
}
