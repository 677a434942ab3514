import { amountOf, changed } from './changes.ts';
import type { Choices } from './choices.ts';
import type { Ground } from './ground.ts';

/** Functions that the application calls to store a record, and to delete one, and which count by themselves. */
export function calledByApplication(
  choices: Choices,
  ground: Ground,
): { sql: string; calls: readonly string[] } {
  const { records, reference, variables } = ground;
  // What is stored by a call has the values of its columns' defaults.
  ground.condition = null;
  ground.sums = false;
  const up = (ref: string) => changed(choices, { ...ground, reference: ref }, 'it', 1).replaceAll('it.', '');
  const down = (ref: string) =>
    changed(choices, { ...ground, reference: ref }, 'it', -1).replaceAll('it.', '');
  const conflict = ground.unique
    ? choices.usually(
        ' ON CONFLICT DO NOTHING',
        ` ON CONFLICT (${reference}, user_id) DO NOTHING`,
        '',
        ` ON CONFLICT (${reference}, user_id) DO UPDATE SET body = 'again'`,
      )
    : '';
  const insert = `INSERT INTO ${records} (${reference}, user_id) VALUES (p, u)${conflict}`;
  const remove = `DELETE FROM ${records} WHERE ${reference} = p AND user_id = u`;
  const declared = () => {
    const text = [...variables].map(([variable, type]) => ` ${variable} ${type};`).join('');
    variables.clear();
    return text;
  };
  const like = choices.usually(
    () => `${insert}; IF FOUND THEN ${up('p')} END IF;`,
    () => `${insert}; ${up('p')}`,
    () =>
      `IF EXISTS (SELECT 1 FROM ${records} WHERE ${reference} = p AND user_id = u) THEN RETURN; END IF; ${insert}; ${up('p')}`,
    () => {
      variables.set('done', 'integer');
      return `${insert}; GET DIAGNOSTICS done = ROW_COUNT; IF done > 0 THEN ${up('p')} END IF;`;
    },
    () => {
      variables.set('made', 'integer');
      return `${insert} RETURNING id INTO made; IF made IS NOT NULL THEN ${up('p')} END IF;`;
    },
    () =>
      `IF NOT EXISTS (SELECT 1 FROM ${records} WHERE ${reference} = p AND user_id = u) THEN ${insert}; ${up('p')} END IF;`,
    () => `${up('p')} ${insert};`,
    () =>
      `BEGIN ${insert}; ${up('p')} EXCEPTION WHEN unique_violation THEN ${choices.pick(['NULL;', 'RETURN;'])} END;`,
    () =>
      `PERFORM 1 FROM ${records} WHERE ${reference} = p AND user_id = u; IF NOT FOUND THEN ${insert}; ${up('p')} ELSE ${remove}; ${down('p')} END IF;`,
  );
  const unlike = choices.usually(
    () => `${remove}; IF FOUND THEN ${down('p')} END IF;`,
    () => `${remove}; ${down('p')}`,
    () => {
      variables.set('done', 'integer');
      const { home, key, count } = ground;
      return `${remove}; GET DIAGNOSTICS done = ROW_COUNT; UPDATE ${home} SET ${count} = ${count} - done WHERE ${key} = p;`;
    },
    () => {
      const { home, key, count } = ground;
      return `WITH gone AS (${remove} RETURNING ${reference} AS ref) UPDATE ${home} SET ${count} = ${count} - ${choices.pick(['(SELECT count(*) FROM gone)', amountOf(choices, ground, 'gone')])} WHERE ${key} IN (SELECT ref FROM gone);`;
    },
    () =>
      `IF NOT EXISTS (SELECT 1 FROM ${records} WHERE ${reference} = p AND user_id = u) THEN RETURN; END IF; ${remove}; ${down('p')}`,
  );
  const make = (name: string, body: string) => {
    const variables = declared();
    return `CREATE FUNCTION ${name}(p integer, u integer) RETURNS void LANGUAGE plpgsql AS $$\n${variables ? `DECLARE${variables}\n` : ''}BEGIN\n  ${body.replaceAll('RETURN NULL;', 'RETURN;')}\nEND $$;`;
  };
  variables.clear();
  const functions = [make('like_it', like())];
  if (!choices.chance(15)) functions.push(make('unlike_it', unlike()));
  const calls = ['like_it', 'unlike_it']
    .slice(0, functions.length)
    .flatMap(name => [1, 2, 3].flatMap(post => [1, 2, 7].map(user => `SELECT ${name}(${post}, ${user})`)));
  return { sql: functions.join('\n'), calls };
}
