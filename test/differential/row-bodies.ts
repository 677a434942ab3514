import { changed, type Side } from './changes.ts';
import type { Choices } from './choices.ts';
import type { Ground } from './ground.ts';
import { counting, recounted } from './recounts.ts';

/** What a row trigger does for one event, as statements. */
export function onInsert(choices: Choices, ground: Ground): string {
  return guarded(choices, ground, 'NEW', () => changed(choices, ground, 'NEW', 1));
}

export function onDelete(choices: Choices, ground: Ground): string {
  return guarded(choices, ground, 'OLD', () => changed(choices, ground, 'OLD', -1));
}

export function onUpdate(choices: Choices, ground: Ground): string {
  const { reference, condition, sums, variables } = ground;
  const up = () => changed(choices, ground, 'NEW', 1);
  const down = () => changed(choices, ground, 'OLD', -1);
  const is = () => condition?.write(choices, 'NEW.') ?? 'true';
  const was = () => condition?.write(choices, 'OLD.') ?? 'true';
  const moved = () => movedBy(choices, reference);
  const both = () => {
    const parts = [guarded(choices, ground, 'OLD', down), guarded(choices, ground, 'NEW', up)];
    return (choices.chance(25) ? parts.toReversed() : parts).join(' ');
  };
  const changing = () => {
    const names = [reference, ...(condition?.columns ?? []), ...(sums ? ['n'] : [])];
    const kept = choices.slips() ? names.slice(1) : names;
    if (kept.length === 0) return moved();
    const list = (side: Side) => `(${kept.map(name => `${side}.${name}`).join(', ')})`;
    return choices.pick([
      `${list('NEW')} IS DISTINCT FROM ${list('OLD')}`,
      kept.map(name => `NEW.${name} IS DISTINCT FROM OLD.${name}`).join(' OR '),
      `NOT (${list('NEW')} IS NOT DISTINCT FROM ${list('OLD')})`,
      `${list('NEW')} <> ${list('OLD')}`,
      'NEW IS DISTINCT FROM OLD',
      'NEW.* IS DISTINCT FROM OLD.*',
    ]);
  };
  const simple: (() => string)[] = [
    both,
    () => `IF ${moved()} THEN ${both()} END IF;`,
    () => `IF ${changing()} THEN ${both()} END IF;`,
    () => `IF NOT (${changing()}) THEN RETURN ${choices.pick(['NULL', 'NEW', 'OLD'])}; END IF; ${both()}`,
    () =>
      `IF NEW.${reference} ${choices.usually('IS NOT DISTINCT FROM', '=')} OLD.${reference} THEN RETURN NEW; END IF; ${both()}`,
    () => '',
  ];
  if (!condition) return choices.pick(simple)();
  const flips = () => {
    const rises = choices.usually(
      () => `${is()} AND NOT ${was()}`,
      () => `(${is()}) AND (${was()}) IS NOT TRUE`,
      () => `NOT coalesce(${was()}, false) AND coalesce(${is()}, false)`,
      () => `${is()} AND NOT coalesce(${was()}, false)`,
    )();
    const falls = choices.usually(
      () => `${was()} AND NOT ${is()}`,
      () => `(${was()}) AND (${is()}) IS NOT TRUE`,
      () => `coalesce(${was()}, false) AND NOT coalesce(${is()}, false)`,
      () => `NOT coalesce(${is()}, false) AND ${was()}`,
    )();
    const parts = [`${rises} THEN ${up()}`, `${falls} THEN ${down()}`];
    return (choices.chance(30) ? parts.toReversed() : parts).join(' ELSIF ');
  };
  const locals = () => {
    variables.set('was', 'boolean');
    variables.set('now', 'boolean');
    const sure = choices.chance(60);
    const given = (text: string) =>
      sure ? choices.pick([`coalesce(${text}, false)`, `(${text}) IS TRUE`]) : text;
    return `was := ${given(was())}; now := ${given(is())};`;
  };
  const delta = () => {
    const { home, key, count } = ground;
    const unit = (side: Side) => (sums ? `coalesce(${side}.n, 0)` : '1');
    const value = choices.pick([
      `CASE WHEN ${is()} THEN ${unit('NEW')} ELSE 0 END - CASE WHEN ${was()} THEN ${unit('OLD')} ELSE 0 END`,
      ...(sums
        ? []
        : [
            `(${is()})::int - (${was()})::int`,
            `coalesce((${is()})::int, 0) - coalesce((${was()})::int, 0)`,
            `CASE WHEN ${is()} AND NOT ${was()} THEN 1 WHEN ${was()} AND NOT ${is()} THEN -1 ELSE 0 END`,
          ]),
    ]);
    return `UPDATE ${home} SET ${count} = ${count} + (${value}) WHERE ${key} = NEW.${reference};`;
  };
  const conditional: (() => string)[] = [
    () => `IF ${flips()} END IF;`,
    () => `IF ${moved()} THEN ${both()} ELSIF ${flips()} END IF;`,
    () => `${locals()} IF now AND NOT was THEN ${up()} ELSIF was AND NOT now THEN ${down()} END IF;`,
    () => `${locals()} IF was THEN ${down()} END IF; IF now THEN ${up()} END IF;`,
    () =>
      `${locals()} IF was = now AND NEW.${reference} = OLD.${reference} THEN RETURN NULL; END IF; ${both()}`,
    () =>
      `${locals()} CASE WHEN now AND NOT was THEN ${up()} WHEN was AND NOT now THEN ${down()} ELSE NULL; END CASE;`,
    () => delta(),
    () => `IF ${moved()} THEN ${both()} ELSE ${delta()} END IF;`,
    () =>
      `IF ${condition.columns.map(name => `NEW.${name} ${choices.usually('IS DISTINCT FROM', '<>')} OLD.${name}`).join(' OR ')} THEN IF ${is()} THEN ${up()} ELSE ${down()} END IF; END IF;`,
    () => `IF ${is()} AND ${was()} THEN RETURN NULL; END IF; ${both()}`,
  ];
  return choices.pick([...conditional, ...simple])();
}

/** How a move is asked for. */
function movedBy(choices: Choices, reference: string): string {
  const [is, was] = [`NEW.${reference}`, `OLD.${reference}`];
  if (choices.slips())
    return choices.pick([
      `${is} <> ${was}`,
      `${is} IS NOT NULL`,
      `NOT ${is} = ${was}`,
      `${is} <> ${was} OR ${is} IS NULL`,
      `coalesce(${is}, 1) <> coalesce(${was}, 1)`,
    ]);
  return choices.usually(
    `${is} IS DISTINCT FROM ${was}`,
    `NOT (${is} IS NOT DISTINCT FROM ${was})`,
    `coalesce(${is}, -1) <> coalesce(${was}, -1)`,
    `(${is} = ${was}) IS NOT TRUE`,
    `${is} <> ${was} OR (${is} IS NULL) <> (${was} IS NULL)`,
  );
}

/** A statement that is run for records that count. */
function guarded(
  choices: Choices,
  { condition, variables }: Ground,
  side: Side,
  statement: () => string,
): string {
  if (!condition || choices.slips()) return statement();
  const counts = () => condition.write(choices, `${side}.`);
  const forms: (() => string)[] = [
    () => `IF ${counts()} THEN ${statement()} END IF;`,
    () => `IF NOT (${counts()}) THEN NULL; ELSE ${statement()} END IF;`,
    () => `IF (${counts()}) IS NOT TRUE THEN NULL; ELSE ${statement()} END IF;`,
    () => `CASE WHEN ${counts()} THEN ${statement()} ELSE NULL; END CASE;`,
    () => {
      variables.set('counts', 'boolean');
      return `counts := ${counts()}; IF counts THEN ${statement()} END IF;`;
    },
    () => {
      variables.set('counts', 'boolean');
      return `counts := false; IF ${counts()} THEN counts := true; END IF; IF counts THEN ${statement()} END IF;`;
    },
    () => `<<count>> BEGIN IF NOT coalesce(${counts()}, false) THEN EXIT count; END IF; ${statement()} END;`,
  ];
  return choices.usually(...(forms as [() => string]))();
}

/** An early end for records that do not count. */
export function earlyEnd(choices: Choices, { condition }: Ground, side: Side): string {
  if (!condition) return '';
  const counts = condition.write(choices, `${side}.`);
  const test = choices.usually(
    `(${counts}) IS NOT TRUE`,
    `NOT (${counts})`,
    `NOT coalesce(${counts}, false)`,
  );
  return `IF ${test} THEN RETURN ${choices.pick(['NULL', side])}; END IF; `;
}

/** Which rows a recount finds, by the records of the event. */
export function recountedByRow(
  choices: Choices,
  ground: Ground,
  event: 'INSERT' | 'UPDATE' | 'DELETE' | 'any',
): string {
  const { reference } = ground;
  const [is, was] = [`NEW.${reference}`, `OLD.${reference}`];
  const one = (of: string) =>
    recounted(choices, ground, key =>
      choices.usually(`${key} = ${of}`, `${key} IN (${of})`, `${of} = ${key}`),
    );
  if (event === 'INSERT') return one(is);
  if (event === 'DELETE') return one(was);
  const either = `coalesce(${is}, ${was})`;
  const forms: (() => string)[] = [
    () => recounted(choices, ground, key => `${key} IN (${is}, ${was})`),
    () => recounted(choices, ground, key => `(${key} = ${is} OR ${key} = ${was})`),
    () => `${one(is)} ${one(was)}`,
    () => `${one(is)} IF ${movedBy(choices, reference)} THEN ${one(was)} END IF;`,
    () => recounted(choices, ground, key => `${key} = ANY (ARRAY[${is}, ${was}])`),
    () => {
      ground.variables.set('pid', 'integer');
      const { home, key, count } = ground;
      const list = choices.usually(
        `ARRAY[${is}, ${was}]`,
        `ARRAY[${was}, ${is}]`,
        `array_remove(ARRAY[${is}, ${was}], NULL)`,
      );
      return `FOREACH pid IN ARRAY ${list} LOOP${choices.pick(['', ' CONTINUE WHEN pid IS NULL;', ' EXIT WHEN pid IS NULL;'])} UPDATE ${home} SET ${count} = ${counting(choices, ground, 'pid')} WHERE ${key} = pid; END LOOP;`;
    },
    () => one(either),
    () => `${one(either)} IF TG_OP = 'UPDATE' AND ${movedBy(choices, reference)} THEN ${one(was)} END IF;`,
    () => one(is),
  ];
  return choices.pick(forms)();
}
