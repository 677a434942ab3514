import { randomOf } from './choices.ts';
import type { Generated } from './generate.ts';
import { columns } from './ground.ts';

/** A statement, and the columns of records that it changes: all of them, or `mixed` some of them. */
export interface Played {
  kind: 'insert' | 'delete' | 'update' | 'mixed' | 'truncate' | 'call';
  sql: string;
  changes: readonly string[];
}

/** The records that every statement begins with, as SQL. */
export function begunWith({ ground, answers }: Generated): string {
  const { records, reference, place } = ground;
  const random = randomOf(answers.length);
  const any = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const rows = Array.from({ length: 14 }, (_, number) => {
    const [post, user] = [any(['1', '2', '2', '1', 'NULL']), String(number + 1)];
    return `(${100 + number}, ${post}, ${user}, ${['approved', 'kind', 'deleted_at', 'n'].map(name => any(columns[name] ?? [])).join(', ')})`;
  });
  const posts =
    place === 'itself'
      ? `INSERT INTO ${records} (id) VALUES (1), (2), (3);`
      : 'INSERT INTO posts (id) VALUES (1), (2), (3);';
  const beside = place === 'beside' ? 'INSERT INTO post_stats (post_id) VALUES (1), (2), (3);' : '';
  const each = rows.map(
    row =>
      `BEGIN INSERT INTO ${records} (id, ${reference}, user_id, approved, kind, deleted_at, n) VALUES ${row}; EXCEPTION WHEN not_null_violation THEN NULL; END;`,
  );
  return `${posts} ${beside} DO $do$ BEGIN ${each.join(' ')} END $do$;`;
}

/** Statements of every kind, on records of every kind. */
export function workload({ ground, calls, answers }: Generated): Played[] {
  if (calls.length > 0) return calls.map(sql => ({ kind: 'call', sql, changes: [] }));
  const { records, reference, place } = ground;
  const random = randomOf(answers.length + 7);
  const any = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const names = ['approved', 'kind', 'deleted_at', 'n'];
  const value = (name: string) =>
    name === reference ? any(['1', '2', '3', 'NULL']) : any(columns[name] ?? ["'x'"]);
  const record = () =>
    `(${any(['1', '2', '3', 'NULL'])}, ${20 + Math.floor(random() * 1_000)}, ${names.map(value).join(', ')})`;
  const into = `INSERT INTO ${records} (${reference}, user_id, ${names.join(', ')}) VALUES`;
  const only = place === 'itself' ? ' WHERE id >= 100' : '';
  const found = (also: string) => (only ? `${only} AND ${also}` : ` WHERE ${also}`);
  const inserts = [
    ...Array.from({ length: 16 }, record),
    `${record()}, ${record()}, ${record()}`,
    `${record()}, ${record()}, ${record()}, ${record()}, ${record()}`,
  ].map((values): Played => ({ kind: 'insert', sql: `${into} ${values}`, changes: [] }));
  const deletes = [
    ...Array.from({ length: 14 }, (_, number) => `WHERE id = ${100 + number}`),
    only,
    found(`${reference} = 1`),
    found('approved'),
    found("kind = 'a'"),
    found('id % 2 = 0'),
  ].map((where): Played => ({ kind: 'delete', sql: `DELETE FROM ${records} ${where}`, changes: [] }));
  const set = (changes: readonly string[], values: readonly string[], where: string): Played => ({
    kind: 'mixed',
    sql: `UPDATE ${records} SET ${changes.map((name, at) => `${name} = ${values[at]}`).join(', ')}${where}`,
    changes,
  });
  // Only records that change: one that is given what it has is another event.
  const changing = (changes: readonly string[], values: readonly string[], where: string): Played => {
    const asked = changes.map((name, at) => `${name} IS DISTINCT FROM ${values[at]}`).join(' AND ');
    return {
      ...set(changes, values, `${where === '' ? ' WHERE' : `${where} AND`} ${asked}`),
      kind: 'update',
    };
  };
  const one = () => ` WHERE id = ${100 + Math.floor(random() * 14)}`;
  const own = [reference, ...names];
  const updates = [
    ...own.flatMap(name => Array.from({ length: 9 }, () => changing([name], [value(name)], one()))),
    ...own.flatMap(name => [
      changing([name], [value(name)], only),
      changing([name], [value(name)], found(`id % ${2 + Math.floor(random() * 2)} = 0`)),
    ]),
    changing([reference], [`3 - ${reference}`], only),
    changing([reference], [`nullif(${reference}, 1)`], only),
    changing([reference], [`coalesce(${reference}, 2)`], only),
    changing(['approved'], ['NOT approved'], only),
    changing(['n'], ['n + 1'], only),
    changing(['body'], ["'other'"], only),
    changing(['body'], ["'other'"], one()),
    ...Array.from({ length: 30 }, () => {
      const [first, second] = [any(own), any(own)];
      return first === second
        ? changing([first], [value(first)], one())
        : changing([first, second], [value(first), value(second)], any([one(), one(), one(), only]));
    }),
    set(own, own.map(value), one()),
    set(own, own.map(value), one()),
    // As an application writes a record: every column is named.
    ...own.flatMap(name =>
      [1, 2].map(() =>
        set(
          own,
          own.map(each => (each === name ? value(name) : each)),
          one(),
        ),
      ),
    ),
    set(own, own, only),
  ];
  const again = (name: string): Played => ({
    kind: 'update',
    sql: `INSERT INTO ${records} (${reference}, user_id, ${name}) SELECT ${reference}, user_id, ${value(name)} FROM ${records}${one()} AND ${reference} IS NOT NULL ON CONFLICT (${reference}, user_id) DO UPDATE SET ${name} = EXCLUDED.${name} WHERE ${records}.${name} IS DISTINCT FROM EXCLUDED.${name}`,
    changes: [name],
  });
  if (ground.unique) updates.push(...[...names, ...names, 'body'].map(again));
  return [
    ...inserts,
    ...deletes,
    ...updates,
    ...(place === 'itself' ? [] : [{ kind: 'truncate', sql: `TRUNCATE ${records}`, changes: [] } as const]),
  ];
}
