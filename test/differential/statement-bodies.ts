import type { Choices } from './choices.ts';
import type { Ground } from './ground.ts';
import { recounted } from './recounts.ts';

/** What a statement trigger does with its transition tables: it adds up `new_rows` (sign 1) or `old_rows` (-1). */
export function addedUp(choices: Choices, ground: Ground, sign: 1 | -1): string {
  const { home, key, count, reference, condition, sums, variables } = ground;
  const from = sign === 1 ? 'new_rows' : 'old_rows';
  const counts = (of: string) => (condition && !choices.slips() ? condition.write(choices, of) : null);
  const number = () =>
    sums
      ? choices.usually('coalesce(sum(n), 0)', 'sum(coalesce(n, 0))', 'sum(n)')
      : choices.usually('count(*)', 'count(1)', 'count(id)');
  const where = (of = '') => {
    const asked = [choices.chance(30) ? `${of}${reference} IS NOT NULL` : null, counts(of)].filter(
      each => each !== null,
    );
    return asked.length > 0 ? ` WHERE ${asked.join(' AND ')}` : '';
  };
  const mark = (choices.slips() ? sign < 0 : sign > 0) ? '+' : '-';
  const grouped = () =>
    choices.usually(
      () => `SELECT ${reference} AS ref, ${number()} AS k FROM ${from}${where()} GROUP BY ${reference}`,
      () =>
        condition && !sums
          ? `SELECT ${reference} AS ref, count(*) FILTER (WHERE ${condition.write(choices, '')}) AS k FROM ${from} GROUP BY 1`
          : `SELECT ${reference} AS ref, ${number()} AS k FROM ${from}${where()} GROUP BY 1`,
      () =>
        `SELECT ${reference} AS ref, ${number()} AS k FROM ${from}${where()} GROUP BY ${reference} HAVING count(*) > 0`,
      () =>
        `SELECT ${reference} AS ref, sum(CASE WHEN ${counts('') ?? 'true'} THEN ${sums ? 'coalesce(n, 0)' : '1'} ELSE 0 END) AS k FROM ${from} GROUP BY ${reference}`,
    )();
  const forms: (() => string)[] = [
    () =>
      `UPDATE ${home} p SET ${count} = ${choices.usually(`p.${count}`, `coalesce(p.${count}, 0)`)} ${mark} s.k FROM (${grouped()}) s WHERE s.ref = p.${key};`,
    () =>
      `WITH s AS (${grouped()}) UPDATE ${home} p SET ${count} = p.${count} ${mark} s.k FROM s WHERE s.ref = p.${key};`,
    () => {
      variables.set('r', 'record');
      const skip = choices.pick([
        '',
        ' CONTINUE WHEN r.ref IS NULL;',
        ' EXIT WHEN r.ref IS NULL;',
        ' IF r.k = 0 THEN CONTINUE; END IF;',
        ' IF r.k = 0 THEN EXIT; END IF;',
      ]);
      return `FOR r IN ${grouped()}${choices.chance(40) ? ' ORDER BY 1' : ''} LOOP${skip} UPDATE ${home} SET ${count} = ${count} ${mark} r.k WHERE ${key} = r.ref; END LOOP;`;
    },
    () => {
      variables.set('r', 'record');
      const test = counts('r.');
      const skip = test
        ? choices.pick([
            ` CONTINUE WHEN (${test}) IS NOT TRUE;`,
            ` CONTINUE WHEN NOT (${test});`,
            ` IF NOT coalesce(${test}, false) THEN CONTINUE; END IF;`,
          ])
        : '';
      return `FOR r IN SELECT * FROM ${from} LOOP${skip} UPDATE ${home} SET ${count} = ${count} ${mark} ${sums ? 'coalesce(r.n, 0)' : '1'} WHERE ${key} = r.${reference}; END LOOP;`;
    },
    () =>
      `MERGE INTO ${home} p USING (${grouped()}) s ON p.${key} = s.ref WHEN MATCHED THEN UPDATE SET ${count} = p.${count} ${mark} s.k;`,
    () =>
      `UPDATE ${home} p SET ${count} = p.${count} ${mark} (SELECT ${number()} FROM ${from} x WHERE x.${reference} = p.${key}${counts('x.') ? ` AND ${counts('x.') ?? 'true'}` : ''})${choices.usually(` WHERE p.${key} IN (SELECT ${reference} FROM ${from})`, ` WHERE EXISTS (SELECT 1 FROM ${from} x WHERE x.${reference} = p.${key})`, '')};`,
    () =>
      `UPDATE ${home} p SET ${count} = p.${count} ${mark} 1 FROM ${from} x WHERE x.${reference} = p.${key}${counts('x.') ? ` AND ${counts('x.') ?? 'true'}` : ''};`,
    () =>
      `UPDATE ${home} SET ${count} = ${count} ${mark} 1 WHERE ${key} IN (SELECT ${reference} FROM ${from}${where()});`,
  ];
  if (ground.place === 'beside' && sign === 1)
    forms.push(
      () =>
        `INSERT INTO ${home} (${key}, ${count}) SELECT s.ref, s.k FROM (${grouped()}) s WHERE s.ref IS NOT NULL ON CONFLICT (${key}) DO UPDATE SET ${count} = ${home}.${count} + EXCLUDED.${count};`,
    );
  return choices.usually(...(forms as [() => string]))();
}

/** What a statement trigger on UPDATE does. */
export function updated(choices: Choices, ground: Ground): string {
  const { home, key, count, reference, condition, sums } = ground;
  const test = () => (condition ? ` WHERE ${condition.write(choices, '')}` : '');
  const unit = sums ? 'coalesce(n, 0)' : '1';
  const forms: (() => string)[] = [
    () => `${addedUp(choices, ground, -1)} ${addedUp(choices, ground, 1)}`,
    () =>
      `UPDATE ${home} p SET ${count} = p.${count} + s.d FROM (SELECT x.ref, sum(x.d) AS d FROM (SELECT ${reference} AS ref, ${unit} AS d FROM new_rows${test()} UNION ALL SELECT ${reference}, -${unit} FROM old_rows${test()}) x GROUP BY x.ref${choices.chance(30) ? ' HAVING sum(x.d) <> 0' : ''}) s WHERE s.ref = p.${key};`,
    () =>
      `UPDATE ${home} p SET ${count} = p.${count} + s.d FROM (SELECT coalesce(i.ref, o.ref) AS ref, coalesce(i.k, 0) - coalesce(o.k, 0) AS d FROM (SELECT ${reference} AS ref, sum(${unit}) AS k FROM new_rows${test()} GROUP BY 1) i FULL JOIN (SELECT ${reference} AS ref, sum(${unit}) AS k FROM old_rows${test()} GROUP BY 1) o ON o.ref = i.ref) s WHERE s.ref = p.${key};`,
    () =>
      `UPDATE ${home} p SET ${count} = p.${count} + s.d FROM (SELECT ${reference} AS ref, ${unit} AS d FROM new_rows${test()} UNION ALL SELECT ${reference}, -${unit} FROM old_rows${test()}) s WHERE s.ref = p.${key};`,
    () => recountedByStatement(choices, ground, 'UPDATE'),
    () =>
      condition
        ? `UPDATE ${home} p SET ${count} = p.${count} + s.d FROM (SELECT n.${reference} AS ref, sum(CASE WHEN ${condition.write(choices, 'n.')} THEN 1 ELSE 0 END - CASE WHEN ${condition.write(choices, 'o.')} THEN 1 ELSE 0 END) AS d FROM new_rows n JOIN old_rows o ON o.id = n.id GROUP BY n.${reference}) s WHERE s.ref = p.${key};`
        : '',
  ];
  return choices.pick(forms)();
}

/** The same, counting anew. */
export function recountedByStatement(
  choices: Choices,
  ground: Ground,
  event: 'INSERT' | 'UPDATE' | 'DELETE',
): string {
  const { reference } = ground;
  const of = (table: string) =>
    choices.usually(
      `SELECT ${reference} FROM ${table}`,
      `SELECT DISTINCT ${reference} FROM ${table}`,
      `SELECT ${reference} FROM ${table} WHERE ${reference} IS NOT NULL`,
    );
  const only = (table: string) =>
    recounted(choices, ground, key =>
      choices.usually(
        `${key} IN (${of(table)})`,
        `EXISTS (SELECT 1 FROM ${table} x WHERE x.${reference} = ${key})`,
        `${key} = ANY (SELECT ${reference} FROM ${table})`,
        `${key} = ANY (ARRAY(SELECT ${reference} FROM ${table}))`,
      ),
    );
  if (event === 'INSERT') return only('new_rows');
  if (event === 'DELETE') return only('old_rows');
  return choices.pick([
    () => recounted(choices, ground, key => `${key} IN (${of('new_rows')} UNION ${of('old_rows')})`),
    () => `${only('new_rows')} ${only('old_rows')}`,
    () =>
      recounted(choices, ground, key => `(${key} IN (${of('new_rows')}) OR ${key} IN (${of('old_rows')}))`),
    () => only('new_rows'),
    () => recounted(choices, ground, key => `${key} IN (${of('new_rows')} EXCEPT ${of('old_rows')})`),
  ])();
}
