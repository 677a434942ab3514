import type { Choices } from './choices.ts';
import type { Ground } from './ground.ts';

export type Side = 'NEW' | 'OLD';

/** Statements that add what a record counts to its row (`sign` 1), or subtract it. `side` names the record: a row, or a variable. */
export function changed(choices: Choices, ground: Ground, side: string, sign: 1 | -1): string {
  const { home, key, count, place } = ground;
  const reference = `${otherIfSlipped(choices, side)}.${ground.reference}`;
  const amount = amountOf(choices, ground, side);
  const plainly = (where: string) =>
    `UPDATE ${home} SET ${count} = ${raised(choices, count, amount, sign)} WHERE ${where};`;
  const simple = () => plainly(whereOf(choices, key, reference));
  const forms: (() => string)[] = [
    simple,
    () =>
      `UPDATE ${home} p SET ${count} = ${raised(choices, `p.${count}`, amount, sign)} FROM (SELECT ${reference} AS ref) x WHERE p.${key} = x.ref;`,
    () => called(choices, ground, reference, amount, sign),
    () => {
      ground.variables.set('pid', 'integer');
      return `pid := ${reference}; ${plainly(`${key} = pid`)}`;
    },
    () =>
      `MERGE INTO ${home} p USING (SELECT ${reference} AS ref) x ON p.${key} = x.ref WHEN MATCHED${choices.chance(20) ? ` AND p.${count} IS NOT NULL` : ''} THEN UPDATE SET ${count} = ${raised(choices, `p.${count}`, amount, sign)};`,
    () => readFirst(choices, ground, reference, amount, sign),
    () => `IF ${reference} IS NOT NULL THEN ${simple()} END IF;`,
    () => {
      ground.variables.set('r', 'record');
      return `FOR r IN SELECT ${key} AS ref FROM ${home} WHERE ${key} = ${reference} LOOP ${plainly(`${key} = r.ref`)}${choices.chance(20) ? ' EXIT;' : ''} END LOOP;`;
    },
    () => `IF EXISTS (SELECT 1 FROM ${home} WHERE ${key} = ${reference}) THEN ${simple()} END IF;`,
    () =>
      `BEGIN ${simple()} EXCEPTION WHEN ${choices.pick(['foreign_key_violation', 'OTHERS', 'unique_violation'])} THEN ${choices.pick(['RAISE;', 'NULL;', "RAISE NOTICE 'not counted';"])} END;`,
    () =>
      `PERFORM 1 FROM ${home} WHERE ${key} = ${reference} FOR UPDATE; ${choices.chance(40) ? `IF FOUND THEN ${simple()} END IF;` : simple()}`,
    () =>
      `WITH x AS (SELECT ${reference} AS ref, ${amount} AS d) UPDATE ${home} p SET ${count} = p.${count} ${sign === 1 ? '+' : '-'} x.d FROM x WHERE p.${key} = x.ref;`,
  ];
  if (place !== 'beside' || sign < 0) return choices.usually(...(forms as [() => string]))();
  const upserts: (() => string)[] = [
    () =>
      `INSERT INTO ${home} (${key}, ${count}) VALUES (${reference}, ${choices.slips() ? 0 : amount}) ON CONFLICT (${key}) DO UPDATE SET ${count} = ${choices.pick([`${home}.${count} + ${amount}`, `${home}.${count} + EXCLUDED.${count}`, `coalesce(${home}.${count}, 0) + EXCLUDED.${count}`])};`,
    () =>
      `${simple()} IF NOT FOUND THEN INSERT INTO ${home} (${key}, ${count}) VALUES (${reference}, ${choices.slips() ? 0 : amount}); END IF;`,
    () =>
      `INSERT INTO ${home} (${key}, ${count}) VALUES (${reference}, 0) ON CONFLICT DO NOTHING; ${simple()}`,
  ];
  return choices.pick([...upserts, ...forms])();
}

const otherOf: Readonly<Record<string, string>> = { NEW: 'OLD', OLD: 'NEW' };

function otherIfSlipped(choices: Choices, side: string): string {
  return otherOf[side] && choices.slips() ? (otherOf[side] as string) : side;
}

/** What one record adds. */
export function amountOf(choices: Choices, { sums }: Ground, side: string): string {
  if (!sums) return choices.slips() ? '2' : '1';
  if (choices.slips()) return `${side}.n`;
  return choices.usually(
    `coalesce(${side}.n, 0)`,
    `CASE WHEN ${side}.n IS NULL THEN 0 ELSE ${side}.n END`,
    `GREATEST(${side}.n, 0)`,
  );
}

/** The new value of the count. */
function raised(choices: Choices, count: string, amount: string, given: 1 | -1): string {
  const sign = choices.chance(Math.ceil(choices.sloppy / 4)) ? -given : given;
  const known = choices.chance(30) ? `coalesce(${count}, 0)` : count;
  if (sign > 0)
    return choices.usually(
      `${known} + ${amount}`,
      `${amount} + ${known}`,
      `GREATEST(${known} + ${amount}, 0)`,
      `GREATEST(${known}, 0) + ${amount}`,
    );
  return choices.usually(
    `${known} - ${amount}`,
    `GREATEST(${known} - ${amount}, 0)`,
    `GREATEST(0, ${known} - ${amount})`,
    `CASE WHEN ${count} > 0 THEN ${known} - ${amount} ELSE 0 END`,
    `${known} + (-1) * ${amount}`,
  );
}

function whereOf(choices: Choices, key: string, reference: string): string {
  return choices.usually(
    `${key} = ${reference}`,
    `${reference} = ${key}`,
    `${key} IN (${reference})`,
    `${key} = ANY (ARRAY[${reference}])`,
    `${key} = (SELECT ${reference})`,
    `${key} IS NOT DISTINCT FROM ${reference}`,
    `${key} = ${reference} AND ${reference} IS NOT NULL`,
    `${key} IN (SELECT ${reference})`,
  );
}

/** By a function that does it. */
function called(choices: Choices, ground: Ground, reference: string, amount: string, sign: 1 | -1): string {
  const { home, key, count } = ground;
  const guard = choices.chance(25) ? 'IF ref IS NULL THEN RETURN; END IF; ' : '';
  const value = choices.usually(`${count} + d`, `coalesce(${count}, 0) + d`, `GREATEST(${count} + d, 0)`);
  ground.helpers.set(
    'bump',
    `CREATE FUNCTION bump(ref integer, d integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${guard}UPDATE ${home} SET ${count} = ${value} WHERE ${key} = ref; END $$;`,
  );
  return `PERFORM bump(${reference}, ${sign < 0 ? '-' : ''}${amount});`;
}

/** By a variable that holds the count. */
function readFirst(
  choices: Choices,
  ground: Ground,
  reference: string,
  amount: string,
  sign: 1 | -1,
): string {
  const { home, key, count, variables } = ground;
  variables.set('k', 'integer');
  const read = `SELECT ${count} INTO k FROM ${home} WHERE ${key} = ${reference}${choices.usually(' FOR UPDATE', '')};`;
  const set = (value: string) => `UPDATE ${home} SET ${count} = ${value} WHERE ${key} = ${reference};`;
  const next = `k ${sign > 0 ? '+' : '-'} ${amount}`;
  return choices.pick([
    `${read} ${set(next)}`,
    `${read} IF FOUND THEN ${set(`coalesce(k, 0) ${sign > 0 ? '+' : '-'} ${amount}`)} END IF;`,
    `${read} k := ${next}; ${set('k')}`,
    `${read} IF k IS NULL THEN RETURN NULL; END IF; ${set(next)}`,
  ]);
}
