import { inSchema } from '../../../connection/search-path.ts';
import { countingAnew } from '../../../counter/counting-anew.ts';
import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import { printPredicate } from '../../../counter/definition/predicate.ts';
import { operatorsBetween } from '../../../counter/discovery/column-kinds.ts';
import { definedColumn } from '../../../counter/discovery/defined-column.ts';
import type { Column } from '../../../counter/discovery/find-column.ts';
import { type Relations, typedColumns } from '../../../counter/discovery/truth.ts';
import { installedStart, isOperation } from '../../../counter/installed-body.ts';
import type { Relation } from '../../../counter/schema/relation.ts';

/** What keeps a counter, as it is installed. */
export interface CounterScript {
  functions: { name: string; source: string; statement: string }[];
  triggers: { name: string; table: string; statement: string }[];
}

/** What the script is made of beside the definition. */
interface Shape {
  definition: CounterDefinition;
  relations: Relations;
  /** The name of the function, also the beginning of those of the triggers; unquoted. */
  name: string;
  /** ON CONFLICT can insert the missing row of another table that holds the count. */
  inserts: boolean;
  /** Records follow a row whose key changes, by ON UPDATE CASCADE. */
  follows: boolean;
}

const operator = (sign: string) => `OPERATOR(pg_catalog.${sign})`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

const thisStatement = '(pg_catalog.statement_timestamp())::pg_catalog.text';
const countAnew = `PERFORM pg_catalog.set_config('${countingAnew}', ${thisStatement}, true);`;
const isCountedAnew = `pg_catalog.current_setting('${countingAnew}', true) ${operator('=')} ${thisStatement}`;

/**
 * The function and triggers that keep a counter: they fire once per statement and change each row once, in the order of keys, so
 * that two sessions never wait for each other. Every operator has its schema.
 */
export function counterScript(shape: Shape): CounterScript {
  const { definition, relations, name } = shape;
  const home = relations.via ?? relations.row;
  const schema = quoted(home.schema);
  const functions = [functionOf(`${schema}.${quoted(name)}`, bodyOf(shape), definition.id)];
  const events = [
    ['insert', 'AFTER INSERT', 'REFERENCING NEW TABLE AS new_records'],
    ['update', 'AFTER UPDATE', 'REFERENCING OLD TABLE AS old_records NEW TABLE AS new_records'],
    ['delete', 'AFTER DELETE', 'REFERENCING OLD TABLE AS old_records'],
    ['truncate', 'AFTER TRUNCATE', null],
  ] as const;
  const ends: ReadonlySet<string> = new Set(['delete', 'truncate']);
  const wanted = definition.onDelete === 'subtracts' ? events : events.filter(([event]) => !ends.has(event));
  const triggers = wanted.map(([event, fires, tables]) =>
    triggerOf(`${name}_${event}`, relations.record.name, fires, tables, `${schema}.${quoted(name)}`),
  );
  if (watchesKeys(shape)) {
    const keys = `${schema}.${quoted(`${name}_key`)}`;
    functions.push(functionOf(keys, keyBody, definition.id));
    triggers.push(keyTrigger(shape, keys));
  }
  if (relations.through) {
    const between = `${schema}.${quoted(`${name}_between`)}`;
    functions.push(functionOf(between, betweenBody(shape, relations.through), definition.id));
    for (const [event, fires, tables] of events) {
      if (event === 'truncate') continue;
      triggers.push(triggerOf(`${name}_between_${event}`, relations.through.name, fires, tables, between));
    }
  }
  return { functions, triggers };
}

/** Whether a changed key takes records along that are counted in its row: by way of a table between, that one is counted anew. */
function watchesKeys({ relations, follows }: Shape): boolean {
  return follows && relations.through === null;
}

const keyBody = `
BEGIN
  ${countAnew}
  RETURN NULL;
END
`;

/** A row whose key changes is the same row: its records only seem to move. It fires before the triggers of the records that follow. */
function keyTrigger({ definition, relations, name }: Shape, runs: string): CounterScript['triggers'][number] {
  const { row } = relations;
  const same = definition.row.key.map(each => {
    const key = definedColumn(row, each, definition);
    const { equal, of } = operatorsBetween(key, key);
    return `OLD.${key.quoted} ${equal} NEW.${key.quoted}${of}`;
  });
  return {
    name: `${name}_key`,
    table: row.name,
    statement: `CREATE TRIGGER ${quoted(`${name}_key`)} AFTER UPDATE ON ${row.name}
  FOR EACH ROW WHEN ((${same.join(' AND ')}) IS NOT TRUE) EXECUTE FUNCTION ${runs}()`,
  };
}

/** The comment by which a later run knows its own function. */
export function commentOf(id: string): string {
  return `Keeps ${id}: installed by preset-usage migrate.`;
}

function functionOf(name: string, source: string, id: string): CounterScript['functions'][number] {
  const tag = dollarTag(source);
  return {
    name,
    source,
    statement: `CREATE OR REPLACE FUNCTION ${name}() RETURNS pg_catalog.trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS ${tag}${source}${tag};
REVOKE ALL ON FUNCTION ${name}() FROM PUBLIC;
COMMENT ON FUNCTION ${name}() IS ${literal(commentOf(id))}`,
  };
}

/** A dollar quote that the text does not contain. */
function dollarTag(text: string): string {
  for (let number = 0; ; number += 1) {
    const tag = number === 0 ? '$$' : `$body${number}$`;
    if (!text.includes(tag)) return tag;
  }
}

function triggerOf(
  name: string,
  table: string,
  fires: string,
  tables: string | null,
  runs: string,
): CounterScript['triggers'][number] {
  return {
    name,
    table,
    statement: `CREATE TRIGGER ${quoted(name)} ${fires} ON ${table}
  ${tables === null ? '' : `${tables} `}FOR EACH STATEMENT EXECUTE FUNCTION ${runs}()`,
  };
}

interface Pair {
  /** The column of the table with the count. */
  home: Column;
  /** The column that refers to it, and the one of the row's key. */
  refers: Column;
  key: Column;
}

/** The columns by which the row with the count is found. */
function pairsOf({ definition, relations }: Shape): Pair[] {
  const { row, via, record } = definition;
  const of = (table: Relation, name: string | undefined) => definedColumn(table, name ?? '', definition);
  const references = record.through?.reference ?? record.reference;
  return references.map((name, place) => {
    const key = of(relations.row, row.key[place]);
    return {
      key,
      home: relations.via && via ? of(relations.via, via.row[place]) : key,
      refers: of(relations.through ?? relations.record, name),
    };
  });
}

function matches(left: string, { home, refers }: Pair, right: string): string {
  const { equal, of } = operatorsBetween(home, refers);
  return `${left}.${home.quoted} ${equal} ${right}${of}`;
}

const keyName = (place: number) => `key_${place + 1}`;

function bodyOf(shape: Shape): string {
  const { definition, relations } = shape;
  const home = relations.via ?? relations.row;
  const count = countOf(shape).quoted;
  const keys = pairsOf(shape).map(pair => `t.${pair.home.quoted}`);
  const notZero = `t.${count} ${operator('<>')} 0`;
  const [added, taken] = [states(shape, 'new', 1), states(shape, 'old', -1)];
  const both = `${added}\n        UNION ALL\n        ${taken}`;
  const held = (...of: ('new' | 'old')[]) => of.map(each => holdBetween(shape, each)).join('');
  const body =
    definition.onDelete === 'keeps'
      ? `${isOperation('INSERT')} THEN${loop(shape, added)}
  ELSE${keptChanges(shape, both)}`
      : `${isOperation('TRUNCATE')} THEN
    PERFORM FROM ${home.name} t WHERE ${notZero}${keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`} FOR NO KEY UPDATE OF t;
    UPDATE ${home.name} t SET ${count} = 0 WHERE ${notZero};
  ELSIF ${isOperation('INSERT')} THEN${held('new')}${changes(shape, added)}
  ELSIF ${isOperation('DELETE')} THEN${held('old')}${changes(shape, taken)}
  ELSE${held('old', 'new')}${changes(shape, both)}`;
  return `${installedStart}${body}
  END IF;
  RETURN NULL;
END
`;
}

/** What a statement changes: counted anew where it changes how records belong to rows. */
function changes(shape: Shape, from: string): string {
  const { relations } = shape;
  if (!relations.through && !watchesKeys(shape)) return loop(shape, from);
  return `
    IF ${isCountedAnew} THEN${anew(shape, from)}
    ELSE${loop(shape, from)}
    END IF;`;
}

/**
 * What an UPDATE changes where deleted records stay counted, so that counting anew would lose them. When records follow a changed key,
 * no row has the old key any more, and the row with the new key already has the count: nothing is changed then.
 */
function keptChanges(shape: Shape, from: string): string {
  if (!watchesKeys(shape)) return loop(shape, from);
  const { relations } = shape;
  const pairs = pairsOf(shape).map(({ key, refers }) => ({ home: key, refers, key }));
  const refers = pairs.map(pair => `r.${pair.refers.quoted}`);
  const found = pairs.map(pair => matches('q', pair, `r.${pair.refers.quoted}`));
  return `
    IF ${isCountedAnew} AND EXISTS (
      SELECT FROM old_records r WHERE ${refers.map(each => `${each} IS NOT NULL`).join(' AND ')}
         AND NOT EXISTS (SELECT FROM ${relations.row.name} q WHERE ${found.join(' AND ')})) THEN
      NULL;
    ELSE${loop(shape, from)}
    END IF;`;
}

/**
 * Keeps the rows of the table between as they are until the end, in the order of their keys: one that leads to another row meanwhile
 * would count its records before this one is seen. As strong a lock as its own update takes, because two sessions that share one would
 * wait for each other there.
 */
function holdBetween(shape: Shape, state: 'new' | 'old'): string {
  const { definition, relations } = shape;
  const between = definition.record.through;
  if (!relations.through || !between) return '';
  const { through } = relations;
  const keys = between.key.map(name => `b.${definedColumn(through, name, definition).quoted}`);
  return `
    PERFORM FROM ${through.name} b WHERE EXISTS (SELECT FROM ${state}_records r WHERE ${joinedBy(shape, through)})
      ORDER BY ${keys.join(', ')} FOR NO KEY UPDATE OF b;`;
}

function countOf({ definition, relations }: Shape): Column {
  return definedColumn(relations.via ?? relations.row, definition.row.count, definition);
}

const typeOf = (column: Column) => inSchema(column.plainType);

/** What each record before or after the event adds to which row. */
function states(shape: Shape, state: 'new' | 'old', sign: 1 | -1): string {
  const { definition, relations } = shape;
  const { amount, where } = definition.record;
  const pairs = pairsOf(shape);
  const from = relations.through ? 'b' : 'r';
  const added =
    amount === null ? '1' : `coalesce(r.${definedColumn(relations.record, amount, definition).quoted}, 0)`;
  const value = sign === 1 ? added : amount === null ? '-1' : `${added} ${operator('*')} -1`;
  const keys = pairs.map(({ refers }, place) => `${from}.${refers.quoted} AS ${keyName(place)}`);
  const conditions = where ? [printPredicate(where, 'r', typedColumns(definition, relations.record))] : [];
  return `SELECT ${[...keys, `${value} AS n`].join(', ')} FROM ${state}_records r${join(shape)}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`;
}

function join(shape: Shape): string {
  const { through } = shape.relations;
  return through ? ` JOIN ${through.name} b ON ${joinedBy(shape, through)}` : '';
}

/** How a record `r` refers to a row `b` of the table between. */
function joinedBy({ definition, relations: { record } }: Shape, through: Relation): string {
  const { key = [] } = definition.record.through ?? {};
  const on = key.map((name, place) => {
    const column = definedColumn(through, name, definition);
    const refers = definedColumn(record, definition.record.reference[place] ?? '', definition);
    const { equal, of } = operatorsBetween(column, refers);
    return `b.${column.quoted} ${equal} r.${refers.quoted}${of}`;
  });
  return on.join(' AND ');
}

/** Changes each row by what its records add up to, in the order of keys. */
function loop(shape: Shape, from: string): string {
  const pairs = pairsOf(shape);
  const names = pairs.map((_, place) => `e.${keyName(place)}`);
  const known = names.map(name => `${name} IS NOT NULL`);
  const type = typeOf(countOf(shape));
  return `
    FOR changed IN
      SELECT ${[...names, `pg_catalog.sum(e.n)::${type} AS n`].join(', ')} FROM (
        ${from}) e${
          names.length === 0
            ? ''
            : `
       WHERE ${known.join(' AND ')}
       GROUP BY ${names.join(', ')}`
        }
      HAVING pg_catalog.sum(e.n) ${operator('<>')} 0${
        names.length === 0
          ? ''
          : `
       ORDER BY ${names.join(', ')}`
      }
    LOOP${change(shape)}
    END LOOP;`;
}

/** Adds `changed.n` to the row of `changed`. */
function change(shape: Shape): string {
  const { relations, inserts } = shape;
  const home = relations.via ?? relations.row;
  const pairs = pairsOf(shape);
  const count = countOf(shape).quoted;
  const found = pairs.map((pair, place) => matches('t', pair, `changed.${keyName(place)}`));
  const update = `
      UPDATE ${home.name} t SET ${count} = coalesce(t.${count}, 0) ${operator('+')} changed.n${
        found.length === 0
          ? ''
          : `
       WHERE ${found.join(' AND ')}`
      };`;
  if (!relations.via || !inserts) return update;
  const columns = pairs.map(pair => pair.home.quoted);
  const rows = pairs.map((pair, place) =>
    matches('q', { ...pair, home: pair.key }, `changed.${keyName(place)}`),
  );
  // A row that is not there counts as 0. Without a row of its own it is not made.
  return `${update}
      IF NOT FOUND THEN
        INSERT INTO ${home.name} AS t (${[...columns, count].join(', ')})
        SELECT ${[...pairs.map((_, place) => `changed.${keyName(place)}`), 'changed.n'].join(', ')} FROM ${relations.row.name} q WHERE ${rows.join(' AND ')}
        ON CONFLICT (${columns.join(', ')}) DO UPDATE SET ${count} = coalesce(t.${count}, 0) ${operator('+')} EXCLUDED.${count};
      END IF;`;
}

/** Counts each row of `from` anew, and does `first` before. It is locked first, by a statement of its own, so that what is counted includes all that was added. */
function anew(shape: Shape, from: string, first?: string): string {
  const { definition, relations, inserts } = shape;
  const { record, via, row } = relations;
  const pairs = pairsOf(shape);
  const home = via ?? row;
  const count = countOf(shape);
  const found = pairs.map((pair, place) => matches('t', pair, `changed.${keyName(place)}`)).join(' AND ');
  const { amount, where } = definition.record;
  const aggregate =
    amount === null
      ? 'pg_catalog.count(*)'
      : `coalesce(pg_catalog.sum(r.${definedColumn(record, amount, definition).quoted}), 0)`;
  const alias = relations.through ? 'b' : 'r';
  const counted = [
    ...pairs.map(({ refers }, place) => {
      const { equal, of } = operatorsBetween(refers, refers);
      return `${alias}.${refers.quoted} ${equal} changed.${keyName(place)}${of}`;
    }),
    ...(where ? [printPredicate(where, 'r', typedColumns(definition, record))] : []),
  ].join(' AND ');
  const known = pairs.map((_, place) => `e.${keyName(place)} IS NOT NULL`);
  const truth = `(
        SELECT ${aggregate} FROM ${record.name} r${join(shape)} WHERE ${counted})::${typeOf(count)}`;
  const columns = pairs.map(pair => pair.home.quoted);
  const rows = pairs.map((pair, place) =>
    matches('q', { ...pair, home: pair.key }, `changed.${keyName(place)}`),
  );
  const missing =
    via && inserts
      ? `
      IF NOT FOUND THEN
        INSERT INTO ${home.name} AS t (${[...columns, count.quoted].join(', ')})
        SELECT ${[...pairs.map((_, place) => `changed.${keyName(place)}`), truth].join(', ')} FROM ${row.name} q WHERE ${rows.join(' AND ')}
        ON CONFLICT (${columns.join(', ')}) DO UPDATE SET ${count.quoted} = EXCLUDED.${count.quoted};
      END IF;`
      : '';
  return `
    FOR changed IN
      SELECT DISTINCT ${pairs.map((_, place) => `e.${keyName(place)}`).join(', ')} FROM (
        ${from}) e
       WHERE ${known.join(' AND ')} ORDER BY ${pairs.map((_, place) => place + 1).join(', ')}
    LOOP${first === undefined ? '' : `\n      ${first}`}
      PERFORM FROM ${home.name} t WHERE ${found} FOR NO KEY UPDATE OF t;
      UPDATE ${home.name} t SET ${count.quoted} = ${truth}
       WHERE ${found};${missing}
    END LOOP;`;
}

/**
 * What happens to the table between records and rows: the rows that it led to, or leads to, are counted anew, also by what the
 * same statement does to records afterwards.
 */
function betweenBody(shape: Shape, through: Relation): string {
  const { definition } = shape;
  const between = definition.record.through;
  const pairs = pairsOf(shape);
  const columns = [...new Set([...(between?.key ?? []), ...(between?.reference ?? [])])].map(
    name => definedColumn(through, name, definition).quoted,
  );
  const state = (name: string) => `SELECT ${columns.map(each => `r.${each}`).join(', ')} FROM ${name} r`;
  const keys = pairs.map(({ refers }, place) => `c.${refers.quoted} AS ${keyName(place)}`);
  const each = (from: string) => anew(shape, `SELECT ${keys.join(', ')} FROM (${from}) c`, countAnew);
  const [before, after] = [state('old_records'), state('new_records')];
  return `${installedStart}${isOperation('INSERT')} THEN${each(after)}
  ELSIF ${isOperation('DELETE')} THEN${each(before)}
  ELSE${each(`(${before} EXCEPT ALL ${after}) UNION ALL (${after} EXCEPT ALL ${before})`)}
  END IF;
  RETURN NULL;
END
`;
}
