import { changed } from './changes.ts';
import type { Choices } from './choices.ts';
import type { Ground } from './ground.ts';

/** The body of one function for every event, but for its last RETURN: bodies that do not do one thing in each branch. */
export function wholeBody(choices: Choices, ground: Ground): string {
  const forms = [bySign, byRecord, byPresence, inOneStatement];
  return choices.pick(forms)(choices, ground);
}

/** Branches that say how much, and to which row, before one statement does it. */
function bySign(choices: Choices, ground: Ground): string {
  const { home, key, count, reference, condition, sums, variables } = ground;
  variables.set('d', choices.slips() ? 'integer' : 'integer := 0');
  variables.set('pid', 'integer');
  const unit = (side: string) => (sums ? `coalesce(${side}.n, 0)` : '1');
  const counts = (side: string) =>
    condition && !choices.slips() ? condition.write(choices, `${side}.`) : 'true';
  const set = (side: string, sign: string) =>
    choices.usually(
      () => `IF ${counts(side)} THEN d := ${sign}${unit(side)}; END IF;`,
      () => `d := CASE WHEN ${counts(side)} THEN ${sign}${unit(side)} ELSE 0 END;`,
      () => `SELECT ${sign}${unit(side)} INTO d WHERE ${counts(side)};`,
    )();
  const moves = choices.usually(
    () =>
      `IF NEW.${reference} IS DISTINCT FROM OLD.${reference} THEN ${changed(choices, { ...ground, condition: null }, 'OLD', -1)} END IF;`,
    () => '',
  )();
  const update = choices.pick([
    () =>
      `pid := NEW.${reference}; IF ${counts('NEW')} THEN d := d + ${unit('NEW')}; END IF; IF ${counts('OLD')} THEN d := d - ${unit('OLD')}; END IF;`,
    () =>
      `pid := NEW.${reference}; d := CASE WHEN ${counts('NEW')} THEN ${unit('NEW')} ELSE 0 END - CASE WHEN ${counts('OLD')} THEN ${unit('OLD')} ELSE 0 END;`,
    () => `${moves} pid := NEW.${reference}; ${set('NEW', '')}`,
    () => 'RETURN NULL;',
  ])();
  const last = `UPDATE ${home} SET ${count} = ${choices.usually(`${count} + d`, `coalesce(${count}, 0) + d`, `GREATEST(${count} + d, 0)`, `${count} + coalesce(d, 0)`)} WHERE ${key} = pid;`;
  return `IF TG_OP = 'INSERT' THEN pid := NEW.${reference}; ${set('NEW', '')}
  ELSIF TG_OP = 'DELETE' THEN pid := OLD.${reference}; ${set('OLD', '-')}
  ELSE ${update}
  END IF;
  ${choices.pick([last, `IF d <> 0 THEN ${last} END IF;`, `IF d = 0 OR pid IS NULL THEN RETURN NULL; END IF; ${last}`, `IF d IS NOT NULL AND d <> 0 THEN ${last} END IF;`])}`;
}

/** A variable for the record, whichever it is. */
function byRecord(choices: Choices, ground: Ground): string {
  const { home, key, count, reference, condition, records, sums, variables } = ground;
  variables.set('rec', choices.pick([`${records}%ROWTYPE`, 'record', records]));
  const unit = sums ? 'coalesce(rec.n, 0)' : '1';
  const counts = condition && !choices.slips() ? condition.write(choices, 'rec.') : null;
  const sign = choices.pick([
    `CASE WHEN TG_OP = 'DELETE' THEN -1 ELSE 1 END`,
    `CASE TG_OP WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN -1 ELSE 0 END`,
    `CASE TG_OP WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN -1 END`,
  ]);
  const statement = `UPDATE ${home} SET ${count} = ${count} + ${sums ? `${unit} * ` : ''}${sign} WHERE ${key} = rec.${reference};`;
  const taken = choices.pick([
    `IF TG_OP = 'DELETE' THEN rec := OLD; ELSE rec := NEW; END IF;`,
    `IF TG_OP = 'INSERT' THEN rec := NEW; ELSE rec := OLD; END IF;`,
    'rec := coalesce(NEW, OLD);',
  ]);
  const skip = choices.usually(`IF TG_OP = 'UPDATE' THEN RETURN NULL; END IF; `, '');
  return `${skip}${taken} ${counts ? `IF ${counts} THEN ${statement} END IF;` : statement}`;
}

/** By which of OLD and NEW there is. */
function byPresence(choices: Choices, ground: Ground): string {
  const is = (side: string) =>
    choices.usually(
      `${side}.id IS NOT NULL`,
      `${side} IS NOT NULL`,
      `${side} IS DISTINCT FROM NULL`,
      `NOT (${side} IS NULL)`,
      `${side}.${ground.reference} IS NOT NULL`,
    );
  const parts = (['OLD', 'NEW'] as const).map(side => {
    const counts =
      ground.condition && !choices.slips() ? ` AND ${ground.condition.write(choices, `${side}.`)}` : '';
    return `IF ${is(side)}${counts} THEN ${changed(choices, ground, side, side === 'NEW' ? 1 : -1)} END IF;`;
  });
  return (
    choices.usually('', `IF NEW.${ground.reference} = OLD.${ground.reference} THEN RETURN NULL; END IF; `) +
    (choices.chance(25) ? parts.toReversed() : parts).join(' ')
  );
}

/** Everything in the value of one UPDATE. */
function inOneStatement(choices: Choices, ground: Ground): string {
  const { home, key, count, reference, condition, sums } = ground;
  const part = (side: string) => {
    const unit = sums ? `coalesce(${side}.n, 0)` : '1';
    const there = choices.pick([
      `TG_OP <> '${side === 'NEW' ? 'DELETE' : 'INSERT'}'`,
      `${side}.id IS NOT NULL`,
    ]);
    const counts = condition && !choices.slips() ? ` AND ${condition.write(choices, `${side}.`)}` : '';
    return `CASE WHEN ${there} AND ${key} = ${side}.${reference}${counts} THEN ${unit} ELSE 0 END`;
  };
  return choices.pick([
    () =>
      `UPDATE ${home} SET ${count} = ${count} + ${part('NEW')} - ${part('OLD')} WHERE ${key} IN (NEW.${reference}, OLD.${reference});`,
    () =>
      `UPDATE ${home} SET ${count} = ${count} + CASE WHEN TG_OP = 'INSERT' THEN 1 WHEN TG_OP = 'DELETE' THEN -1 ELSE 0 END WHERE ${key} = coalesce(NEW.${reference}, OLD.${reference})${condition ? ` AND CASE WHEN TG_OP = 'DELETE' THEN ${condition.write(choices, 'OLD.')} ELSE ${condition.write(choices, 'NEW.')} END` : ''};`,
    () =>
      `UPDATE ${home} p SET ${count} = p.${count} + v.d FROM (VALUES (NEW.${reference}, 1), (OLD.${reference}, -1)) v (ref, d) WHERE p.${key} = v.ref${condition ? ` AND CASE WHEN v.d > 0 THEN ${condition.write(choices, 'NEW.')} ELSE ${condition.write(choices, 'OLD.')} END` : ''};`,
    () =>
      `UPDATE ${home} p SET ${count} = p.${count} + s.d FROM (SELECT x.ref, sum(x.d) AS d FROM (SELECT NEW.${reference} AS ref, 1 AS d${condition ? ` WHERE ${condition.write(choices, 'NEW.')}` : ''} UNION ALL SELECT OLD.${reference}, -1${condition ? ` WHERE ${condition.write(choices, 'OLD.')}` : ''}) x GROUP BY x.ref) s WHERE p.${key} = s.ref;`,
  ])();
}
