import * as z from 'zod/mini';
import type { Reader } from '../../../connection/transactions.ts';
import { countingAnew } from '../../../counter/counting-anew.ts';
import { quotedIfNeeded } from '../../../counter/definition/counter-id.ts';
import type { CounterDefinition, TableName } from '../../../counter/definition/definition.ts';
import type { Tables } from '../../../counter/discovery/tables.ts';
import type { Value } from '../../../counters/body/expression.ts';
import type { Catalog, CatalogTable } from '../../../counters/catalog.ts';
import type { Writing } from '../../../counters/find/writings.ts';
import { readTreesOf } from '../../../sql/parser/parser-process.ts';
import type { TriggerCatalog } from '../../catalog.ts';
import { unreadJobs } from '../../checks/other-writers.ts';
import { readCatalogRows } from '../../read-catalog.ts';
import { countsInserts, keepersOf } from '../keeping.ts';
import { typed } from '../predicate-expression.ts';
import { causesOf, takingTrigger } from './causes.ts';
import { type Circumstances, factsKey } from './circumstances.ts';
import { expressionIn, type GeneratedColumn, generatedValue, isFull } from './generated.ts';
import { otherWriters } from './other-writers.ts';
import { readAgreement } from './read-agreement.ts';
import { rightsOf } from './rights.ts';
import { unreadTriggers } from './unread.ts';

const column = z.object({
  name: z.string(),
  nullable: z.boolean(),
  default: z.nullable(z.string()),
  /** Filled by a sequence, or computed. */
  made: z.boolean(),
  /** `pg_attribute.attgenerated`: s is stored, v virtual; empty for every other column. */
  generated: z.enum(['', 's', 'v']),
  /** What it is computed from. */
  sources: z.array(z.string()),
  category: z.string(),
  updaters: z.array(z.nullable(z.string())),
});
const right = z.object({ oid: z.number(), ownerMayUpdate: z.boolean(), ownerSeesAll: z.boolean() });
const heir = z.object({ table: z.number(), name: z.string(), functions: z.array(z.number()) });
const row = z.object({
  heirs: z.pipe(
    z.string(),
    z.transform(text => z.array(heir).parse(JSON.parse(text))),
  ),
  columns: z.pipe(
    z.string(),
    z.transform(text => z.array(column).parse(JSON.parse(text))),
  ),
  count: z.pipe(
    z.string(),
    z.transform(text =>
      z
        .object({ nullable: z.boolean(), default: z.nullable(z.string()), generated: z.boolean() })
        .parse(JSON.parse(text)),
    ),
  ),
  rights: z.pipe(
    z.string(),
    z.transform(text => z.array(right).parse(JSON.parse(text))),
  ),
  keyCascades: z.boolean(),
});

// Before PostgreSQL 15 it is the column that depends on what it is computed from, and since then its expression.
// $1 are the records, $2 the table with the count, $3 its column, $4 the rows, $5 the functions of triggers.
const text = `SELECT
  (WITH RECURSIVE heir AS (
     SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::oid UNION SELECT h.inhrelid FROM heir JOIN pg_inherits h ON h.inhparent = heir.inhrelid)
   SELECT coalesce(json_agg(json_build_object('table', c.oid::bigint, 'name', c.oid::regclass::text, 'functions', (
            SELECT coalesce(json_agg(g.tgfoid::bigint), '[]') FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgenabled IN ('O', 'A'))) ORDER BY c.oid::regclass::text), '[]')
     FROM heir JOIN pg_class c ON c.oid = heir.inhrelid WHERE NOT c.relispartition)::text AS heirs,
  (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'nullable', NOT (a.attnotnull OR y.typnotnull), 'default', pg_get_expr(d.adbin, d.adrelid),
            'made', a.attidentity <> '' OR a.attgenerated <> '', 'generated', a.attgenerated, 'sources', (
              SELECT coalesce(json_agg(s.attname ORDER BY s.attnum), '[]') FROM pg_attribute s
               WHERE a.attgenerated <> '' AND s.attrelid = a.attrelid AND s.attnum > 0 AND s.attnum <> a.attnum AND s.attnum IN (
                 SELECT n.refobjsubid FROM pg_depend n WHERE n.refclassid = 'pg_class'::regclass AND n.refobjid = a.attrelid
                    AND (n.classid, n.objid, n.objsubid) IN (('pg_attrdef'::regclass, d.oid, 0), ('pg_class'::regclass, a.attrelid, a.attnum)))), 'category', y.typcategory, 'updaters', (
              SELECT coalesce(json_agg(DISTINCT r.rolname), '[]') FROM (
                  SELECT grantee, privilege_type FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner)))
                  UNION ALL SELECT grantee, privilege_type FROM aclexplode(a.attacl)) g
                LEFT JOIN pg_roles r ON r.oid = g.grantee
               WHERE g.privilege_type = 'UPDATE' AND g.grantee <> c.relowner)) ORDER BY a.attnum), '[]')
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.oid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped)::text AS columns,
  (SELECT json_build_object('nullable', NOT (a.attnotnull OR y.typnotnull), 'default', pg_get_expr(d.adbin, d.adrelid), 'generated', a.attgenerated <> '')
     FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $2::oid AND a.attname = $3)::text AS count,
  (SELECT coalesce(json_agg(json_build_object('oid', p.oid::bigint,
            'ownerMayUpdate', has_column_privilege(p.proowner, c.oid, $3, 'UPDATE'),
            'ownerSeesAll', NOT c.relrowsecurity OR o.rolsuper OR o.rolbypassrls OR (pg_has_role(p.proowner, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity))), '[]')
     FROM pg_class c, pg_proc p JOIN pg_roles o ON o.oid = p.proowner WHERE c.oid = $2::oid AND p.oid = ANY ($5::oid[]))::text AS rights,
  EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = $1::oid AND k.confrelid = $4::oid AND k.confupdtype = 'c')
    AND NOT EXISTS (SELECT FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid WHERE g.tgrelid = $4::oid AND g.tgenabled IN ('O', 'A') AND strpos(p.prosrc, '${countingAnew}') > 0) AS "keyCascades"`;

/**
 * Reads what decides, beside the bodies, whether a counter is kept. In two steps: the second parses bodies without the transaction,
 * which others may wait for.
 */
export async function readCircumstances(
  reader: Reader,
  tables: Tables,
  catalog: Catalog,
  writings: readonly Writing[],
): Promise<() => Promise<{ circumstances: Circumstances; writers: TriggerCatalog }>> {
  const { definition } = tables;
  const home = tableOf(catalog, definition.via ?? definition.row) ?? null;
  const records = tableOf(catalog, definition.record) ?? null;
  const keepers = keepersOf(definition, writings);
  const functions = new Set(
    [...keepers.own, ...keepers.otherwise].flatMap(({ by }) =>
      by.kind === 'trigger' ? [by.trigger.function] : [],
    ),
  );
  const [found] = await reader.rows(text, [
    tables.records.oid,
    home?.oid ?? tables.presets.oid,
    definition.row.count,
    tables.presets.oid,
    `{${[...functions].join(',')}}`,
  ]);
  const { columns, count, rights, keyCascades, heirs } = row.parse(found);
  const parse = await readCatalogRows(reader, withCount(tables, home, catalog));
  const agreement = countsInserts(keepers) ? undefined : await readAgreement(reader, tables);
  return async () => {
    const triggers = await parse();
    const updaters = new Map(columns.map(each => [each.name, each.updaters] as const));
    const generated = records ? await generatedColumns(columns, records) : [];
    const dates = new Set(columns.filter(({ category }) => category === 'D').map(({ name }) => name));
    const circumstances: Circumstances = {
      count,
      columns: new Map(
        columns.map(each => [each.name, { nullable: each.nullable, default: defaultOf(each) }]),
      ),
      generated,
      causes: causesOf(definition, triggers, { updaters, dates, generated }),
      triggers: new Map(
        triggers.triggers.map(({ name, tableOid, enabled, offIn, definition: made }) => [
          factsKey({ name, table: tableOid }),
          { enabled, offIn, definition: made },
        ]),
      ),
      functions: rightsOf(rights, triggers),
      unread: records
        ? unreadTriggers(
            triggers,
            keepers,
            writings,
            ({ target, column: name }) => target.table === home && name === definition.row.count,
          )
        : [],
      others: otherWriters(triggers, keepers, new Set(catalog.triggers.map(each => each.function)), writings),
      jobs: unreadJobs(triggers),
      owner: triggers.relations.find(({ oid }) => oid === tables.records.oid)?.owner ?? null,
      keyCascades,
      takesAlong: takingTrigger(definition, tables.presets.oid, triggers),
      heirs,
      countRowsMade: definition.via === null || makesCountRows(definition, writings, ['row', 'record']),
      countRowsThere:
        (definition.via === null && records?.references.some(each => each.table === home?.oid)) ||
        makesCountRows(definition, writings, ['row']),
      agreement,
    };
    return { circumstances, writers: triggers };
  };
}

function tableOf({ tables }: Catalog, { schema, table }: TableName): CatalogTable | undefined {
  return tables.find(each => each.schema === schema && each.name === table);
}

/** The tables as the search for writers wants them: with the table that holds the count, and a plain column that refers to it. */
function withCount(tables: Tables, home: CatalogTable | null, { reserved }: Catalog): Tables {
  const { definition, presets, records } = tables;
  const quote = (name: string) => quotedIfNeeded(name, new Set(reserved));
  const [reference] = definition.record.reference;
  return {
    ...tables,
    presets: home
      ? { ...presets, oid: home.oid, table: home.name, name: `${quote(home.schema)}.${quote(home.name)}` }
      : presets,
    records: reference === undefined ? records : { ...records, preset: quote(reference) },
  };
}

/** The expressions are parsed as queries. */
function generatedColumns(
  columns: readonly z.infer<typeof column>[],
  records: CatalogTable,
): Promise<GeneratedColumn[]> {
  const filled = new Set(columns.flatMap(({ name, nullable }) => (nullable ? [] : [name])));
  return Promise.all(
    columns
      .filter(({ generated }) => generated !== '')
      .map(async ({ name, generated, sources, default: expression }) => {
        const [query] = await readTreesOf(`SELECT ${expression}`);
        const value = generatedValue(query, records);
        const full = isFull(expressionIn(query), filled);
        return { column: name, sources, virtual: generated === 'v', value, full };
      }),
  );
}

const constant = /^'((?:[^']|'')*)'(?:::[\w\s".()]+)?$/;

/** What a column holds if nothing is said; undefined if that is computed. */
function defaultOf({ default: text, made, category }: z.infer<typeof column>): Value | undefined {
  if (made) return undefined;
  if (text === null || /^NULL(?:::|$)/i.test(text)) return null;
  const quoted = constant.exec(text)?.[1]?.replaceAll("''", "'");
  if (quoted !== undefined) return typed(quoted, category);
  return /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(text) ? typed(text, category) : undefined;
}

/** Whether a trigger of the rows, or of the records, inserts the row with the count. */
function makesCountRows(
  definition: CounterDefinition,
  writings: readonly Writing[],
  by: readonly ('row' | 'record')[],
): boolean {
  const { via } = definition;
  return writings.some(
    ({ by: writer, record, outcome }) =>
      writer.kind === 'trigger' &&
      writer.trigger.enabled &&
      writer.event === 'insert' &&
      by.some(each => record?.name === definition[each].table && record.schema === definition[each].schema) &&
      outcome.insertions.some(
        ({ table, source }) =>
          source.kind === 'inserted' && table.schema === via?.schema && table.name === via.table,
      ),
  );
}
