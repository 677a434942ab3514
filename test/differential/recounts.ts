import type { Choices } from './choices.ts';
import type { Ground } from './ground.ts';

/** A statement that counts anew the records of the row `p` that `where` finds. */
export function recounted(choices: Choices, ground: Ground, where: (key: string) => string): string {
  const { home, key, count, records, reference, variables } = ground;
  const forms: (() => string)[] = [
    () =>
      `UPDATE ${home} p SET ${count} = ${counting(choices, ground, `p.${key}`)} WHERE ${where(`p.${key}`)};`,
    () => `UPDATE ${home} SET ${count} = ${counting(choices, ground, `${home}.${key}`)} WHERE ${where(key)};`,
    () =>
      `UPDATE ${home} p SET ${count} = s.k FROM (SELECT c.${reference} AS ref, ${aggregate(choices, ground, 'c.')} AS k FROM ${records} c${filter(choices, ground, 'WHERE')} GROUP BY c.${reference}${choices.chance(15) ? ' HAVING count(*) > 0' : ''}) s WHERE s.ref = p.${key} AND ${where(`p.${key}`)};`,
    () =>
      `UPDATE ${home} p SET ${count} = coalesce(s.k, 0) FROM ${home} q LEFT JOIN (SELECT c.${reference} AS ref, ${aggregate(choices, ground, 'c.')} AS k FROM ${records} c${filter(choices, ground, 'WHERE')} GROUP BY 1) s ON s.ref = q.${key} WHERE q.${key} = p.${key} AND ${where(`p.${key}`)};`,
    () => {
      ground.helpers.set(
        'recount',
        `CREATE FUNCTION recount(ref integer) RETURNS void LANGUAGE ${choices.pick([
          `plpgsql AS $$ BEGIN UPDATE ${home} SET ${count} = ${counting(choices, ground, 'ref')} WHERE ${key} = ref; END $$`,
          `sql AS $$ UPDATE ${home} SET ${count} = ${counting(choices, ground, 'ref')} WHERE ${key} = ref $$`,
        ])};`,
      );
      return `PERFORM recount(p.${key}) FROM ${home} p WHERE ${where(`p.${key}`)};`;
    },
    () => {
      variables.set('r', 'record');
      return `FOR r IN SELECT p.${key} AS ref FROM ${home} p WHERE ${where(`p.${key}`)} LOOP UPDATE ${home} SET ${count} = ${counting(choices, ground, 'r.ref')} WHERE ${key} = r.ref; END LOOP;`;
    },
    () => {
      variables.set('r', 'record');
      variables.set('k', 'integer');
      return `FOR r IN SELECT p.${key} AS ref FROM ${home} p WHERE ${where(`p.${key}`)} LOOP k := ${counting(choices, ground, 'r.ref')}; UPDATE ${home} SET ${count} = k WHERE ${key} = r.ref; END LOOP;`;
    },
  ];
  return choices.usually(...(forms as [() => string]))();
}

/** The number of records, or the sum of their amounts, as a query in parentheses. */
export function counting(choices: Choices, ground: Ground, row: string): string {
  const { records, reference, condition, sums, rows } = ground;
  const of = `FROM ${records} c`;
  const to = `c.${reference} = ${row}`;
  const written = () => condition?.write(choices, 'c.') ?? 'true';
  const forms: (() => string)[] = [
    () => `(SELECT ${aggregate(choices, ground, 'c.')} ${of} WHERE ${to}${filter(choices, ground, 'AND')})`,
    () =>
      condition && !sums
        ? `(SELECT count(*) FILTER (WHERE ${written()}) ${of} WHERE ${to})`
        : `(SELECT ${aggregate(choices, ground, 'c.')} ${of} WHERE ${to}${filter(choices, ground, 'AND')})`,
    () =>
      sums
        ? `(SELECT coalesce(sum(CASE WHEN ${written()} THEN c.n ELSE 0 END), 0) ${of} WHERE ${to})`
        : `(SELECT count(CASE WHEN ${written()} THEN 1 END) ${of} WHERE ${to})`,
    () =>
      sums
        ? `(SELECT coalesce(sum(c.n) FILTER (WHERE ${written()}), 0) ${of} WHERE ${to})`
        : `(SELECT coalesce(sum(CASE WHEN ${written()} THEN 1 ELSE 0 END), 0) ${of} WHERE ${to})`,
    () =>
      `(SELECT ${aggregate(choices, ground, 'c.')} ${of} JOIN ${rows} q ON q.id = c.${reference} WHERE q.id = ${row}${filter(choices, ground, 'AND')})`,
    () =>
      `coalesce((SELECT ${aggregate(choices, ground, 'c.')} ${of} WHERE ${to}${filter(choices, ground, 'AND')} GROUP BY c.${reference}), 0)`,
    () =>
      `(SELECT ${aggregate(choices, ground, 'x.')} FROM (SELECT * ${of} WHERE ${to}${filter(choices, ground, 'AND')}) x)`,
    () =>
      `(SELECT ${aggregate(choices, ground, 'c.')} ${of} WHERE ${to} GROUP BY c.${reference}${condition ? ` HAVING bool_or(${written()})` : ''})`,
    () =>
      `(WITH x AS (SELECT * ${of} WHERE ${to}) SELECT ${aggregate(choices, ground, 'x.')} FROM x${condition ? ` WHERE ${condition.write(choices, 'x.')}` : ''})`,
  ];
  return choices.usually(...(forms as [() => string]))();
}

function aggregate(choices: Choices, { sums, reference }: Ground, of: string): string {
  if (sums)
    return choices.slips()
      ? `sum(${of}n)`
      : choices.usually(`coalesce(sum(${of}n), 0)`, `coalesce(sum(coalesce(${of}n, 0)), 0)`, `sum(${of}n)`);
  if (choices.slips())
    return choices.pick([
      `count(${of}user_id)`,
      `count(DISTINCT ${of}user_id)`,
      `count(${of}kind)`,
      `count(${of}approved)`,
      'max(1)',
    ]);
  return choices.usually(
    'count(*)',
    'count(1)',
    `count(${of}id)`,
    `count(DISTINCT ${of}id)`,
    `count(${of}${reference})`,
  );
}

function filter(choices: Choices, { condition }: Ground, word: 'AND' | 'WHERE'): string {
  if (!condition || choices.slips()) return '';
  return ` ${word} ${condition.write(choices, 'c.')}`;
}
