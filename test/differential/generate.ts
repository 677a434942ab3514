import { calledByApplication } from './application.ts';
import { Choices } from './choices.ts';
import { type Ground, groundFrom } from './ground.ts';
import { earlyEnd, onDelete, onInsert, onUpdate, recountedByRow } from './row-bodies.ts';
import { addedUp, recountedByStatement, updated } from './statement-bodies.ts';
import { wholeBody } from './whole-bodies.ts';

type Event = 'INSERT' | 'UPDATE' | 'DELETE';

/** A schema with something that keeps a count, as somebody might have written it. */
export interface Generated {
  ground: Ground;
  sql: string;
  /** Calls that the application makes; empty where triggers count. */
  calls: readonly string[];
  /** The answers that made it. */
  answers: readonly number[];
}

/** Makes a schema from a seed, or again from answers. */
export function generated(from: number | readonly number[]): Generated {
  const choices = new Choices(from);
  choices.sloppy = choices.pick([0, 0, 3, 7, 12]);
  const ground = groundFrom(choices);
  const style = choices.pick([
    'row',
    'row',
    'row',
    'row',
    'recount',
    'recount',
    'statement',
    'statement',
    'application',
  ] as const);
  const made =
    style === 'application'
      ? calledByApplication(choices, ground)
      : {
          sql:
            style === 'statement'
              ? byStatement(choices, ground)
              : byRow(choices, ground, style === 'recount'),
          calls: [],
        };
  const emptied = style !== 'application' && choices.chance(25) ? onTruncate(ground) : '';
  const before = choices.chance(12) ? firstOfAll(choices, ground) : '';
  const more = choices.chance(choices.sloppy) ? leftOver(choices, ground) : '';
  const sql = [ground.ddl, ...ground.helpers.values(), made.sql, emptied, before, more]
    .filter(Boolean)
    .join('\n');
  return { ground, sql, calls: made.calls, answers: choices.taken };
}

/** A trigger function with the variables that its body uses. */
function functionOf(ground: Ground, name: string, body: () => string): string {
  ground.variables.clear();
  const text = body();
  const declared = [...ground.variables].map(([variable, type]) => ` ${variable} ${type};`).join('');
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$\n${declared ? `DECLARE${declared}\n` : ''}BEGIN\n  ${text}\nEND $$;`;
}

function byRow(choices: Choices, ground: Ground, anew: boolean): string {
  const { records, condition, reference, sums } = ground;
  const timing = choices.chance(5) ? 'BEFORE' : 'AFTER';
  const insert = () => (anew ? recountedByRow(choices, ground, 'INSERT') : onInsert(choices, ground));
  const remove = () => (anew ? recountedByRow(choices, ground, 'DELETE') : onDelete(choices, ground));
  const update = () => (anew ? recountedByRow(choices, ground, 'UPDATE') : onUpdate(choices, ground));
  const ends = (event: Event | 'any') => {
    if (timing === 'BEFORE')
      return event === 'DELETE'
        ? 'RETURN OLD;'
        : event === 'any'
          ? choices.usually(
              "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;",
              'RETURN coalesce(NEW, OLD);',
            )
          : 'RETURN NEW;';
    return choices.usually(
      'RETURN NULL;',
      event === 'DELETE' ? 'RETURN OLD;' : event === 'any' ? 'RETURN coalesce(NEW, OLD);' : 'RETURN NEW;',
    );
  };
  const updateOf = () => {
    const names = [reference, ...(condition?.columns ?? []), ...(sums ? ['n'] : [])];
    const kept = choices.slips() ? names.slice(0, 1) : names;
    return choices.usually('UPDATE', `UPDATE OF ${[...new Set(kept)].join(', ')}`);
  };
  const create = (name: string, events: string, run: string, when = '') =>
    `CREATE TRIGGER ${name} ${timing} ${events} ON ${records} FOR EACH ROW ${when}EXECUTE FUNCTION ${run}();`;
  const events = () => ['INSERT', 'DELETE', ...(choices.chance(15) ? [] : [updateOf()])].join(' OR ');
  const one = (body: () => string) => {
    const fires = events();
    return `${functionOf(ground, 'keep', body)}\n${create('keep', fires, 'keep')}`;
  };
  const inBranches = () => {
    const leave = () =>
      timing === 'AFTER' && choices.chance(35) ? ` RETURN ${choices.pick(['NULL', 'NEW'])};` : '';
    const branches = [
      `TG_OP = 'INSERT' THEN ${insert()}${leave()}`,
      `TG_OP = 'DELETE' THEN ${remove()}${timing === 'AFTER' && choices.chance(35) ? ' RETURN OLD;' : ''}`,
      `TG_OP = 'UPDATE' THEN ${update()}${leave()}`,
    ];
    const order = choices.chance(25) ? branches.toReversed() : branches;
    return `IF ${order.join('\n  ELSIF ')}\n  END IF;\n  ${ends('any')}`;
  };
  const forms: (() => string)[] = [
    () => one(inBranches),
    () => one(() => `${wholeBody(choices, ground)}\n  ${ends('any')}`),
    () => one(() => `${wholeBody(choices, ground)}\n  ${ends('any')}`),
    () => withArguments(choices, ground),
    () =>
      one(
        () =>
          `CASE TG_OP WHEN 'INSERT' THEN ${insert()}\n  WHEN 'DELETE' THEN ${remove()}\n  ${choices.usually("WHEN 'UPDATE' THEN", 'ELSE')} ${update()}\n  END CASE;\n  ${ends('any')}`,
      ),
    () =>
      one(() => {
        const parts = [
          `IF TG_OP ${choices.usually("IN ('DELETE', 'UPDATE')", "<> 'INSERT'")} THEN ${remove()} END IF;`,
          `IF TG_OP ${choices.usually("IN ('INSERT', 'UPDATE')", "<> 'DELETE'")} THEN ${insert()} END IF;`,
        ];
        const same = choices.chance(30)
          ? `IF TG_OP = 'UPDATE' AND NEW.${reference} ${choices.usually('IS NOT DISTINCT FROM', '=')} OLD.${reference}${condition ? ` AND (${condition.write(choices, 'NEW.')}) ${choices.usually('IS NOT DISTINCT FROM', '=')} (${condition.write(choices, 'OLD.')})` : ''} THEN RETURN NULL; END IF;\n  `
          : '';
        return `${same}${(choices.chance(20) ? parts.toReversed() : parts).join('\n  ')}\n  ${ends('any')}`;
      }),
    () => {
      const early = () => choices.chance(35);
      const functions = [
        functionOf(
          ground,
          'added',
          () => `${early() ? earlyEnd(choices, ground, 'NEW') : ''}${insert()} ${ends('INSERT')}`,
        ),
        functionOf(
          ground,
          'removed',
          () => `${early() ? earlyEnd(choices, ground, 'OLD') : ''}${remove()} ${ends('DELETE')}`,
        ),
        functionOf(ground, 'changed', () => `${update()} ${ends('UPDATE')}`),
      ];
      const triggers = [
        create('added', 'INSERT', 'added'),
        create('removed', 'DELETE', 'removed'),
        ...(choices.chance(20) ? [] : [create('changed', updateOf(), 'changed', whenOf(choices, ground))]),
      ];
      return [...functions, ...triggers].join('\n');
    },
    () => {
      const when = (side: string) =>
        condition && !choices.slips() ? `WHEN (${condition.write(choices, `${side}.`)}) ` : '';
      const plain = { ...ground, condition: null };
      const functions = [
        functionOf(ground, 'added', () => `${anew ? insert() : onInsert(choices, plain)} ${ends('INSERT')}`),
        functionOf(
          ground,
          'removed',
          () => `${anew ? remove() : onDelete(choices, plain)} ${ends('DELETE')}`,
        ),
      ];
      const name = choices.pick(['u_added', 'a_added']);
      return [
        ...functions,
        create('added', 'INSERT', 'added', when('NEW')),
        create('removed', 'DELETE', 'removed', when('OLD')),
        ...(choices.chance(60)
          ? [
              create('u_removed', updateOf(), 'removed', when('OLD')),
              create(name, updateOf(), 'added', when('NEW')),
            ]
          : []),
      ].join('\n');
    },
  ];
  if (anew)
    return choices.usually(
      () => one(() => `${recountedByRow(choices, ground, 'any')}\n  ${ends('any')}`),
      ...forms,
    )();
  return choices.usually(...(forms as [() => string]))();
}

/** One function that is told by an argument of its trigger whether to add or to subtract. */
function withArguments(choices: Choices, ground: Ground): string {
  const { home, key, count, records, reference, condition } = ground;
  const [value, up, down] = choices.pick([
    [`${count} + TG_ARGV[0]::integer`, '1', '-1'],
    [`${count} + CASE WHEN TG_ARGV[0] = 'up' THEN 1 ELSE -1 END`, 'up', 'down'],
    [`${count} + CASE TG_ARGV[0] WHEN 'up' THEN 1 WHEN 'down' THEN -1 ELSE 0 END`, 'up', 'down'],
  ] as const);
  const body = functionOf(
    ground,
    'bump_by',
    () =>
      `UPDATE ${home} SET ${count} = ${value} WHERE ${key} = ${choices.usually(`coalesce(NEW.${reference}, OLD.${reference})`, `CASE TG_OP WHEN 'DELETE' THEN OLD.${reference} ELSE NEW.${reference} END`)}; RETURN NULL;`,
  );
  const create = (name: string, event: string, side: string, argument: string) => {
    const when = condition && !choices.slips() ? `WHEN (${condition.write(choices, `${side}.`)}) ` : '';
    return `CREATE TRIGGER ${name} AFTER ${event} ON ${records} FOR EACH ROW ${when}EXECUTE FUNCTION bump_by('${argument}');`;
  };
  return [
    body,
    create('up', 'INSERT', 'NEW', up),
    create('down', 'DELETE', 'OLD', choices.slips() ? up : down),
  ].join('\n');
}

function whenOf(choices: Choices, { reference, condition, sums }: Ground): string {
  const names = [...new Set([reference, ...(condition?.columns ?? []), ...(sums ? ['n'] : [])])];
  const kept = choices.slips() ? names.slice(0, -1) : names;
  const asked = kept
    .map(name => `OLD.${name} ${choices.usually('IS DISTINCT FROM', '<>')} NEW.${name}`)
    .join(' OR ');
  return choices.usually('', asked ? `WHEN (${asked}) ` : '', 'WHEN (OLD.* IS DISTINCT FROM NEW.*) ');
}

function byStatement(choices: Choices, ground: Ground): string {
  const { records } = ground;
  const anew = choices.chance(30);
  const of = (event: Event) => {
    if (anew) return recountedByStatement(choices, ground, event);
    return event === 'UPDATE'
      ? updated(choices, ground)
      : addedUp(choices, ground, event === 'INSERT' ? 1 : -1);
  };
  const tables = {
    INSERT: 'NEW TABLE AS new_rows',
    DELETE: 'OLD TABLE AS old_rows',
    UPDATE: 'OLD TABLE AS old_rows NEW TABLE AS new_rows',
  };
  const events: Event[] = choices.chance(15) ? ['INSERT', 'DELETE'] : ['INSERT', 'DELETE', 'UPDATE'];
  const create = (event: Event, run: string) =>
    `CREATE TRIGGER ${event.toLowerCase()}s AFTER ${event} ON ${records} REFERENCING ${tables[event]} FOR EACH STATEMENT EXECUTE FUNCTION ${run}();`;
  if (choices.chance(45)) {
    const branches = () => events.map(event => `TG_OP = '${event}' THEN ${of(event)}`);
    const body = functionOf(
      ground,
      'keep',
      () => `IF ${branches().join('\n  ELSIF ')}\n  END IF;\n  RETURN NULL;`,
    );
    return [body, ...events.map(event => create(event, 'keep'))].join('\n');
  }
  return events
    .flatMap(event => [
      functionOf(ground, `keep_${event.toLowerCase()}`, () => `${of(event)} RETURN NULL;`),
      create(event, `keep_${event.toLowerCase()}`),
    ])
    .join('\n');
}

/** Something from an earlier time, which nobody took out. */
function leftOver(choices: Choices, { records, home, key, count, reference }: Ground): string {
  const body = choices.pick([
    `IF NEW.${reference} IS NOT NULL THEN UPDATE ${home} SET ${count} = ${count} + 1 WHERE ${key} = NEW.${reference}; END IF;`,
    `UPDATE ${home} SET ${count} = (SELECT count(*) FROM ${records} WHERE ${reference} = NEW.${reference}) WHERE ${key} = NEW.${reference};`,
    `UPDATE ${home} SET ${count} = 0 WHERE ${key} = NEW.${reference} AND ${count} IS NULL;`,
    `UPDATE ${home} SET ${count} = coalesce(${count}, 0) WHERE ${key} = NEW.${reference};`,
    `UPDATE ${home} SET ${count} = GREATEST(${count}, 0) WHERE ${key} = NEW.${reference};`,
  ]);
  return `CREATE FUNCTION old_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NULL; END $$;
CREATE TRIGGER ${choices.pick(['z_old_keep', 'a_old_keep'])} AFTER ${choices.pick(['INSERT', 'UPDATE', 'INSERT OR UPDATE'])} ON ${records} FOR EACH ROW EXECUTE FUNCTION old_keep();`;
}

function onTruncate({ home, count, records }: Ground): string {
  return `CREATE FUNCTION emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE ${home} SET ${count} = 0; RETURN NULL; END $$;
CREATE TRIGGER emptied AFTER TRUNCATE ON ${records} FOR EACH STATEMENT EXECUTE FUNCTION emptied();`;
}

/** Another trigger, which changes or refuses records before they are stored. */
function firstOfAll(choices: Choices, { records, reference }: Ground): string {
  const body = choices.pick([
    "NEW.kind := coalesce(NEW.kind, 'a');",
    'NEW.approved := coalesce(NEW.approved, false);',
    'IF NEW.n IS NULL THEN NEW.n := 0; END IF;',
    'NEW.kind := lower(NEW.kind);',
    "IF NEW.kind = 'c' THEN NEW.approved := false; END IF;",
    "IF NEW.n < 0 THEN RAISE EXCEPTION 'too few'; END IF;",
    `IF NEW.${reference} IS NULL THEN NEW.approved := false; END IF;`,
    "IF NEW.kind = 'c' THEN RETURN NULL; END IF;",
    'IF NEW.body IS NULL THEN RETURN NULL; END IF;',
    `IF TG_OP = 'UPDATE' THEN NEW.${reference} := OLD.${reference}; END IF;`,
  ]);
  const events = choices.usually('INSERT OR UPDATE', 'INSERT', 'UPDATE');
  return `CREATE FUNCTION first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
CREATE TRIGGER a_first BEFORE ${events} ON ${records} FOR EACH ROW EXECUTE FUNCTION first();`;
}
