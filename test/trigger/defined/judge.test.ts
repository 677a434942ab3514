import { describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { Circumstances, FunctionFacts } from '../../../source/trigger/defined/facts/circumstances.ts';
import { counterHeadline } from '../../../source/trigger/defined/shown-health.ts';
import { defined } from '../../helpers/definitions.ts';
import { healthOf, told } from './judged.ts';

const tables = `
  CREATE TABLE posts (id uuid PRIMARY KEY, comments_count integer, total numeric, published boolean);
  CREATE TABLE comments (id uuid PRIMARY KEY, post_id uuid REFERENCES posts, status text, deleted_at timestamptz, hidden boolean, amount numeric, body text);`;
const count = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: { table: 'comments', reference: ['post_id'] },
});
const undeleted = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: { table: 'comments', reference: ['post_id'], where: { kind: 'null', column: 'deleted_at' } },
});
const approved = defined({
  row: { table: 'posts', count: 'comments_count' },
  record: {
    table: 'comments',
    reference: ['post_id'],
    where: { kind: 'compare', column: 'status', operator: '=', value: 'approved' },
  },
});
const sum = defined({
  row: { table: 'posts', count: 'total' },
  record: { table: 'comments', reference: ['post_id'], amount: 'amount' },
});

interface Fires {
  on: string;
  name?: string;
  level?: string;
  when?: string;
  body: string;
  referencing?: string;
  timing?: string;
}

const trigger = ({
  on,
  name = 'keep',
  level = 'ROW',
  when,
  body,
  referencing = '',
  timing = 'AFTER',
}: Fires) => `
  CREATE FUNCTION ${name}_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NULL; END $$;
  CREATE TRIGGER ${name} ${timing} ${on} ON comments ${referencing} FOR EACH ${level} ${when ? `WHEN (${when})` : ''} EXECUTE FUNCTION ${name}_it();`;

const up = 'UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id;';
const down = 'UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id;';
const ins = "IF TG_OP = 'INSERT' THEN";
const del = "ELSIF TG_OP = 'DELETE' THEN";
const upd = "ELSIF TG_OP = 'UPDATE' THEN";
const all = 'INSERT OR UPDATE OR DELETE';
const zero = trigger({
  on: 'TRUNCATE',
  name: 'empty',
  level: 'STATEMENT',
  body: 'UPDATE posts SET comments_count = 0 WHERE comments_count <> 0;',
});
const recount = (of: string, where = '') =>
  `UPDATE posts SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = posts.id ${where}) WHERE id = ${of};`;

type Case = [name: string, definition: CounterDefinition, ddl: string, expected: string];

const byRow: Case[] = [
  ['nothing at all', count, '', 'insert no, delete no, move no, truncate no | trigger-missing!'],
  [
    'inserts alone',
    count,
    trigger({ on: 'INSERT', body: up }),
    'insert +1, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted!',
  ],
  [
    'every event by TG_OP',
    count,
    trigger({
      on: all,
      body: `${ins} ${up} ${del} ${down} ${upd} IF NEW.post_id IS DISTINCT FROM OLD.post_id THEN ${down} ${up} END IF; END IF;`,
    }) + zero,
    'insert +1, delete -1, move moved, truncate to 0 |',
  ],
  [
    'both rows of a move in one statement',
    count,
    trigger({
      on: all,
      body: `IF TG_OP = 'UPDATE' AND NEW.post_id IS NOT DISTINCT FROM OLD.post_id THEN RETURN NULL; END IF;
        UPDATE posts SET comments_count = comments_count + v.n FROM (VALUES (NEW.post_id, 1), (OLD.post_id, -1)) v (post, n) WHERE id = v.post;`,
    }) + zero,
    'insert +1, delete -1, move moved, truncate to 0 |',
  ],
  [
    'a move without a test',
    count,
    trigger({ on: all, body: `${ins} ${up} ${del} ${down} ELSE ${down} ${up} END IF;` }) + zero,
    'insert +1, delete -1, move moved, truncate to 0 |',
  ],
  [
    'by what OLD and NEW are',
    count,
    trigger({
      on: all,
      body: `IF NEW IS DISTINCT FROM NULL THEN ${up} END IF; IF OLD IS DISTINCT FROM NULL THEN ${down} END IF;`,
    }) + zero,
    'insert +1, delete -1, move moved, truncate to 0 |',
  ],
  [
    'one function for two triggers',
    count,
    `${trigger({ on: 'INSERT', body: `${ins} ${up} ${del} ${down} END IF;` })}
     CREATE TRIGGER other AFTER DELETE ON comments FOR EACH ROW EXECUTE FUNCTION keep_it();${zero}`,
    'insert +1, delete -1, move no, truncate to 0 | move-not-counted!',
  ],
  [
    'a move that only adds',
    count,
    trigger({ on: 'INSERT OR DELETE', body: `${ins} ${up} ELSE ${down} END IF;` }) +
      trigger({
        on: 'UPDATE OF post_id',
        name: 'move',
        body: up,
        when: 'NEW.post_id IS DISTINCT FROM OLD.post_id',
      }) +
      zero,
    'insert +1, delete -1, move wrong, truncate to 0 | move-half-counted!',
  ],
  [
    'a move that only subtracts',
    count,
    trigger({ on: 'INSERT OR DELETE', body: `${ins} ${up} ELSE ${down} END IF;` }) +
      trigger({
        on: 'UPDATE OF post_id',
        name: 'move',
        body: down,
        when: 'NEW.post_id IS DISTINCT FROM OLD.post_id',
      }) +
      zero,
    'insert +1, delete -1, move wrong, truncate to 0 | move-half-counted!',
  ],
  [
    'UPDATE OF another column',
    count,
    trigger({ on: 'INSERT OR DELETE', body: `${ins} ${up} ELSE ${down} END IF;` }) +
      trigger({
        on: 'UPDATE OF body',
        name: 'move',
        body: `${down} ${up}`,
        when: 'NEW.post_id <> OLD.post_id',
      }) +
      zero,
    'insert +1, delete -1, move no, truncate to 0 | move-not-counted!',
  ],
  [
    'a recount that a query calls for the new row alone',
    count,
    `CREATE FUNCTION anew(p uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${recount('p')} END $$;
     ${trigger({ on: all, body: 'PERFORM anew(p.id) FROM posts p WHERE p.id = NEW.post_id;' })}${zero}`,
    'insert counted anew, delete no, move wrong, truncate to 0 | delete-not-counted! move-half-counted! recount-overlaps',
  ],
  [
    'a function that CASE calls',
    approved,
    `CREATE FUNCTION bump(p uuid, by integer) RETURNS void LANGUAGE sql AS $$ UPDATE posts SET comments_count = comments_count + by WHERE id = p $$;
     ${trigger({
       on: 'INSERT OR DELETE',
       body: `PERFORM CASE WHEN NEW.status = 'approved' THEN bump(NEW.post_id, 1) WHEN OLD.status = 'approved' THEN bump(OLD.post_id, -1) END;`,
     })}${zero}`,
    'insert +1, delete -1, move no, condition no, truncate to 0 | move-not-counted! condition-not-counted!',
  ],
  ...(
    [
      ["(NEW.status = 'approved')::int", 'insert wrong', 'amount-null! '],
      ["coalesce(NEW.status = 'approved', false)::int", 'insert +1', ''],
      ["coalesce((NEW.status = 'approved')::int, 0)", 'insert +1', ''],
      ["(NEW.status IS NOT DISTINCT FROM 'approved')::int", 'insert +1', ''],
    ] as const
  ).map(
    ([value, insert, codes]): Case => [
      `a condition as a number: ${value}`,
      approved,
      trigger({ on: 'INSERT', body: up.replace('+ 1', `+ ${value}`) }) + zero,
      `${insert}, delete no, move no, condition no, truncate to 0 | ${codes}delete-not-counted! move-not-counted! condition-not-counted!`,
    ],
  ),
  [
    'two triggers on UPDATE, of which one names columns',
    count,
    trigger({ on: 'INSERT OR UPDATE OF post_id', body: up }) +
      trigger({ on: 'DELETE OR UPDATE', name: 'drop', body: down }) +
      zero,
    'insert +1, delete -1, move moved, truncate to 0 | update-counts!',
  ],
  [
    'a move that forgets what had no row',
    count,
    trigger({
      on: all,
      body: `${ins} ${up} ${del} ${down} ${upd} IF NEW.post_id <> OLD.post_id THEN ${down} ${up} END IF; END IF;`,
    }) + zero,
    'insert +1, delete -1, move wrong, truncate to 0 | move-half-counted! move-half-counted!',
  ],
  [
    'an update that counts again',
    count,
    trigger({ on: 'INSERT OR UPDATE', body: up }) +
      trigger({ on: 'DELETE', name: 'drop', body: down }) +
      zero,
    'insert +1, delete -1, move wrong, truncate to 0 | move-half-counted! update-counts!',
  ],
  [
    'two triggers for an insert',
    count,
    trigger({ on: 'INSERT OR DELETE', body: `${ins} ${up} ELSE ${down} END IF;` }) +
      trigger({ on: 'INSERT', name: 'again', body: up }) +
      zero,
    'insert wrong, delete -1, move no, truncate to 0 | counts-twice! move-not-counted!',
  ],
  [
    'two triggers for each side of a delete',
    count,
    trigger({ on: 'INSERT OR DELETE', body: `${ins} ${up} ELSE ${down} END IF;` }) +
      trigger({ on: 'DELETE', name: 'also', body: down }) +
      zero,
    'insert +1, delete wrong, move no, truncate to 0 | counts-twice! move-not-counted!',
  ],
  [
    'adding two',
    count,
    trigger({ on: 'INSERT', body: `${up} ${up}` }),
    'insert wrong, delete no, move no, truncate no | counts-twice! delete-not-counted! move-not-counted! truncate-not-counted!',
  ],
  [
    'a clamp',
    count,
    trigger({
      on: 'INSERT OR DELETE',
      body: `${ins} ${up} ELSE UPDATE posts SET comments_count = GREATEST(comments_count - 1, 0) WHERE id = OLD.post_id; END IF;`,
    }) + zero,
    'insert +1, delete -1, move no, truncate to 0 | move-not-counted! clamped',
  ],
  [
    'a clamp in WHERE',
    count,
    trigger({
      on: 'INSERT OR DELETE',
      body: `${ins} ${up} ELSE UPDATE posts SET comments_count = comments_count - 1 WHERE id = OLD.post_id AND comments_count > 0; END IF;`,
    }) + zero,
    'insert +1, delete -1, move no, truncate to 0 | move-not-counted! clamped',
  ],
  [
    'before the insert',
    count,
    trigger({ on: 'INSERT', timing: 'BEFORE', body: `${up} RETURN NEW;` }),
    'insert +1, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted! trigger-before',
  ],
  [
    'a condition of the session',
    count,
    trigger({
      on: 'INSERT OR DELETE',
      when: 'pg_trigger_depth() = 0',
      body: `${ins} ${up} ELSE ${down} END IF;`,
    }) + zero,
    'insert ?, delete ?, move no, truncate to 0 | move-not-counted! depends-on',
  ],
  [
    'a condition of the row',
    count,
    trigger({
      on: 'INSERT OR DELETE',
      body: `${ins} UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id AND published; ELSE ${down} END IF;`,
    }) + zero,
    'insert ?, delete -1, move no, truncate to 0 | move-not-counted! depends-on',
  ],
  [
    'another row than that of the definition',
    count,
    trigger({
      on: 'INSERT',
      body: 'UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.id;',
    }),
    'insert no, delete no, move no, truncate no | counts-otherwise!',
  ],
];

const byCondition: Case[] = [
  [
    'a soft delete that nothing sees',
    undeleted,
    trigger({ on: 'INSERT OR DELETE', body: `${ins} ${up} ELSE ${down} END IF;` }) + zero,
    'insert wrong, delete wrong, move no, condition no, truncate to 0 | condition-lacking! move-not-counted! condition-not-counted! condition-lacking',
  ],
  [
    'a soft delete, and a delete that subtracts again',
    undeleted,
    trigger({
      on: all,
      body: `${ins} ${up} ${del} ${down} ELSE
        IF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN ${down} END IF;
        IF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN ${up} END IF; END IF;`,
    }) + zero,
    'insert wrong, delete wrong, move no, condition +1 or -1, truncate to 0 | condition-lacking! move-not-counted! condition-lacking',
  ],
  [
    'a soft delete that cannot be taken back',
    undeleted,
    trigger({
      on: all,
      body: `${ins} IF NEW.deleted_at IS NULL THEN ${up} END IF; ${del} IF OLD.deleted_at IS NULL THEN ${down} END IF; ELSE
        IF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN ${down} END IF; END IF;`,
    }) + zero,
    'insert +1, delete -1, move no, condition wrong, truncate to 0 | move-not-counted! condition-partly-counted!',
  ],
  [
    'by what counted before and what counts after',
    undeleted,
    trigger({
      on: all,
      body: `IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN ${down} END IF; IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN ${up} END IF;`,
    }) + zero,
    'insert +1, delete -1, move moved, condition +1 or -1, truncate to 0 |',
  ],
  [
    'moves and conditions apart, and not both at once',
    undeleted,
    trigger({
      on: all,
      body: `${ins} IF NEW.deleted_at IS NULL THEN ${up} END IF; ${del} IF OLD.deleted_at IS NULL THEN ${down} END IF; ELSE
        IF OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL THEN ${down}
        ELSIF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = OLD.post_id;
        ELSIF NEW.deleted_at IS NULL AND NEW.post_id IS DISTINCT FROM OLD.post_id THEN ${down} ${up} END IF; END IF;`,
    }) + zero,
    'insert +1, delete -1, move moved, condition +1 or -1, truncate to 0 | changes-at-once',
  ],
  [
    'a condition that only the body has',
    count,
    trigger({
      on: 'INSERT OR DELETE',
      body: `${ins} IF NEW.status = 'approved' THEN ${up} END IF; ELSE ${down} END IF;`,
    }) + zero,
    'insert wrong, delete -1, move no, truncate to 0 | condition-added! move-not-counted!',
  ],
  [
    'a condition in WHEN',
    approved,
    trigger({ on: 'INSERT', when: "NEW.status = 'approved'", body: up }) +
      trigger({ on: 'DELETE', name: 'drop', when: "OLD.status = 'approved'", body: down }) +
      trigger({
        on: 'UPDATE OF status',
        name: 'enter',
        when: "NEW.status = 'approved' AND OLD.status IS DISTINCT FROM 'approved'",
        body: up,
      }) +
      trigger({
        on: 'UPDATE OF status',
        name: 'leave',
        when: "OLD.status = 'approved' AND NEW.status IS DISTINCT FROM 'approved'",
        body: down,
      }) +
      zero,
    'insert +1, delete -1, move no, condition +1 or -1, truncate to 0 | move-not-counted!',
  ],
  [
    'a comparison that NULL falls through',
    approved,
    trigger({ on: 'INSERT', when: "NEW.status = 'approved'", body: up }) +
      trigger({ on: 'DELETE', name: 'drop', when: "OLD.status = 'approved'", body: down }) +
      trigger({
        on: 'UPDATE OF status',
        name: 'change',
        body: `IF NEW.status = 'approved' AND OLD.status <> 'approved' THEN ${up} ELSIF OLD.status = 'approved' AND NEW.status <> 'approved' THEN ${down} END IF;`,
      }) +
      zero,
    'insert +1, delete -1, move no, condition wrong, truncate to 0 | move-not-counted! condition-partly-counted!',
  ],
  [
    'the condition is another value',
    approved,
    trigger({ on: 'INSERT', when: "NEW.status = 'published'", body: up }),
    'insert wrong, delete no, move no, condition no, truncate no | insert-not-counted! delete-not-counted! move-not-counted! condition-not-counted! truncate-not-counted! condition-lacking',
  ],
];

const statement = (body: string, on: string, referencing: string, name = 'keep') =>
  trigger({ on, level: 'STATEMENT', referencing, body, name });
const added =
  'UPDATE posts SET comments_count = comments_count + n.n FROM (SELECT post_id, count(*) AS n FROM new_rows GROUP BY 1) n WHERE id = n.post_id;';
const taken =
  'UPDATE posts SET comments_count = comments_count - o.n FROM (SELECT post_id, count(*) AS n FROM old_rows GROUP BY 1) o WHERE id = o.post_id;';
const news = 'REFERENCING NEW TABLE AS new_rows';
const olds = 'REFERENCING OLD TABLE AS old_rows';

const byStatement: Case[] = [
  [
    'transition tables for each event',
    count,
    statement(added, 'INSERT', news) +
      statement(taken, 'DELETE', olds, 'taken') +
      statement(`${taken} ${added}`, 'UPDATE', `${olds} NEW TABLE AS new_rows`, 'moved') +
      zero,
    'insert +1, delete -1, move moved, truncate to 0 |',
  ],
  [
    'differences of both tables in one statement',
    count,
    statement(added, 'INSERT', news) +
      statement(taken, 'DELETE', olds, 'taken') +
      statement(
        `UPDATE posts SET comments_count = comments_count + d.n FROM (SELECT post_id, sum(n) AS n FROM
           (SELECT post_id, 1 AS n FROM new_rows UNION ALL SELECT post_id, -1 FROM old_rows) b GROUP BY 1) d WHERE id = d.post_id;`,
        'UPDATE',
        `${olds} NEW TABLE AS new_rows`,
        'moved',
      ) +
      zero,
    'insert +1, delete -1, move moved, truncate to 0 |',
  ],
  [
    'differences that are not summed, of which a row gets one',
    count,
    statement(
      `UPDATE posts SET comments_count = comments_count + d.n FROM (SELECT post_id, count(*) AS n FROM new_rows GROUP BY 1
           UNION ALL SELECT post_id, -count(*) FROM old_rows GROUP BY 1) d WHERE id = d.post_id;`,
      'UPDATE',
      `${olds} NEW TABLE AS new_rows`,
      'moved',
    ),
    'insert no, delete no, move ?, truncate no | insert-not-counted! delete-not-counted! truncate-not-counted! update-counts! joins-once!',
  ],
  [
    'groups finer than the row, of which it gets one',
    count,
    statement(
      `UPDATE posts SET comments_count = comments_count + x.n FROM (SELECT post_id, status, count(*) AS n FROM new_rows GROUP BY 1, 2) x
           WHERE id = x.post_id;`,
      'INSERT',
      news,
    ),
    'insert ?, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted! joins-once!',
  ],
  [
    'groups of a status that is asked for',
    undeleted,
    statement(
      `UPDATE posts SET comments_count = comments_count + x.n FROM (SELECT post_id, deleted_at, count(*) AS n FROM new_rows
           WHERE deleted_at IS NULL GROUP BY 1, 2) x WHERE id = x.post_id;`,
      'INSERT',
      news,
    ),
    'insert +1, delete no, move no, condition no, truncate no | delete-not-counted! move-not-counted! condition-not-counted! truncate-not-counted!',
  ],
  [
    'groups and all of them together, which are of no row',
    count,
    statement(
      `UPDATE posts SET comments_count = comments_count + x.n FROM (SELECT post_id, count(*) AS n FROM new_rows GROUP BY ROLLUP (post_id)) x
           WHERE id = x.post_id;`,
      'INSERT',
      news,
    ),
    'insert +1, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted!',
  ],
  [
    'differences of rows that new records refer to',
    count,
    statement(
      `UPDATE posts p SET comments_count = comments_count + (SELECT count(*) FROM new_rows WHERE post_id = p.id)
           - (SELECT count(*) FROM old_rows WHERE post_id = p.id) WHERE id IN (SELECT post_id FROM new_rows);`,
      'UPDATE',
      `${olds} NEW TABLE AS new_rows`,
      'moved',
    ),
    'insert no, delete no, move wrong, truncate no | insert-not-counted! delete-not-counted! move-half-counted! truncate-not-counted!',
  ],
  [
    'differences of rows that have both new and old records',
    count,
    statement(
      `UPDATE posts SET comments_count = comments_count + a.n - b.n FROM (SELECT post_id, count(*) AS n FROM new_rows GROUP BY 1) a,
           (SELECT post_id, count(*) AS n FROM old_rows GROUP BY 1) b WHERE id = a.post_id AND id = b.post_id;`,
      'UPDATE',
      `${olds} NEW TABLE AS new_rows`,
      'moved',
    ),
    'insert no, delete no, move no, truncate no | insert-not-counted! delete-not-counted! move-not-counted! truncate-not-counted!',
  ],
  [
    'one for a statement, whatever it inserts',
    count,
    statement(
      'UPDATE posts SET comments_count = comments_count + 1 FROM new_rows n WHERE posts.id = n.post_id;',
      'INSERT',
      news,
    ),
    'insert wrong, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted! counts-once-per-statement!',
  ],
  [
    'a loop over the new records',
    count,
    `CREATE FUNCTION loop_it() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN
       FOR r IN SELECT post_id FROM new_rows LOOP UPDATE posts SET comments_count = comments_count + 1 WHERE id = r.post_id; END LOOP; RETURN NULL; END $$;
     CREATE TRIGGER looped AFTER INSERT ON comments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION loop_it();`,
    'insert +1, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted!',
  ],
  [
    'a statement that sees no record',
    count,
    statement(up, 'INSERT', ''),
    'insert no, delete no, move no, truncate no | trigger-missing!',
  ],
  [
    'a condition on the new records',
    approved,
    statement(added.replace('FROM new_rows', "FROM new_rows WHERE status = 'approved'"), 'INSERT', news) +
      statement(
        taken.replace('FROM old_rows', "FROM old_rows WHERE status = 'approved'"),
        'DELETE',
        olds,
        'taken',
      ) +
      statement(
        `${taken.replace('FROM old_rows', "FROM old_rows WHERE status = 'approved'")} ${added.replace('FROM new_rows', "FROM new_rows WHERE status = 'approved'")}`,
        'UPDATE',
        `${olds} NEW TABLE AS new_rows`,
        'moved',
      ) +
      zero,
    'insert +1, delete -1, move moved, condition +1 or -1, truncate to 0 |',
  ],
];

const veto = (body: string) => `
  CREATE FUNCTION veto_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
  CREATE TRIGGER veto BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION veto_it();`;
const differs = 'NEW.comments_count IS DISTINCT FROM OLD.comments_count';
const keeps = trigger({ on: all, body: `${ins} ${up} ${del} ${down} ELSE ${down} ${up} END IF;` }) + zero;
const cancelled = (events: string) => `${events}, truncate to 0 | change-cancelled!`;

const perhaps = (events: string) => `${events}, truncate to 0 | change-cancelled`;

const byVeto: Case[] = (
  [
    [
      'NULL',
      `IF ${differs} THEN RETURN NULL; END IF; RETURN NEW;`,
      cancelled('insert wrong, delete wrong, move wrong'),
    ],
    ['OLD', 'RETURN OLD;', cancelled('insert wrong, delete wrong, move wrong')],
    [
      'NULL of what falls',
      'IF NEW.comments_count < OLD.comments_count THEN RETURN NULL; END IF; RETURN NEW;',
      cancelled('insert +1, delete wrong, move wrong'),
    ],
    ['NULL below 0', 'IF NEW.comments_count < 0 THEN RETURN NULL; END IF; RETURN NEW;', ''],
    [
      'NULL where nothing changes',
      'IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF; RETURN NEW;',
      '',
    ],
    [
      'NULL for one of another column',
      'IF NEW.published IS DISTINCT FROM OLD.published THEN RETURN NULL; END IF; RETURN NEW;',
      '',
    ],
    [
      'NULL above a number',
      'IF NEW.comments_count > 50 THEN RETURN NULL; END IF; RETURN NEW;',
      perhaps('insert ?, delete ?, move ?'),
    ],
    [
      'NULL of what is locked',
      'IF OLD.published THEN RETURN NULL; END IF; RETURN NEW;',
      perhaps('insert ?, delete ?, move ?'),
    ],
    [
      'NULL of all but one number',
      'IF OLD.total IS DISTINCT FROM 5 THEN RETURN NULL; END IF; RETURN NEW;',
      perhaps('insert ?, delete ?, move ?'),
    ],
    [
      'the old count',
      'NEW.comments_count := OLD.comments_count; RETURN NEW;',
      cancelled('insert wrong, delete wrong, move wrong'),
    ],
    [
      'OLD where a query says so',
      'IF EXISTS (SELECT FROM users WHERE id = OLD.author_id) THEN RETURN OLD; END IF; RETURN NEW;',
      perhaps('insert ?, delete ?, move ?'),
    ],
    [
      'NULL outside of triggers',
      `IF ${differs} AND pg_trigger_depth() = 1 THEN RETURN NULL; END IF; RETURN NEW;`,
      '',
    ],
  ] as const
).map(([name, body, expected]) => [
  `a trigger of the row returns ${name}`,
  count,
  keeps + veto(body),
  expected || 'insert +1, delete -1, move moved, truncate to 0 |',
]);

const byCounting: Case[] = [
  ...(
    [
      [
        'FROM',
        'UPDATE posts p SET comments_count = s.n FROM (SELECT post_id, count(*) AS n FROM comments GROUP BY 1) s WHERE s.post_id = p.id AND p.id IN (NEW.post_id, OLD.post_id);',
        true,
      ],
      [
        'a loop',
        'DECLARE r record; BEGIN FOR r IN SELECT post_id, count(*) AS n FROM comments WHERE post_id IN (NEW.post_id, OLD.post_id) GROUP BY 1 LOOP UPDATE posts SET comments_count = r.n WHERE id = r.post_id; END LOOP; END;',
        true,
      ],
      [
        'a value',
        `UPDATE posts p SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = p.id GROUP BY post_id) WHERE id IN (NEW.post_id, OLD.post_id);`,
        true,
      ],
      [
        'COALESCE',
        `UPDATE posts p SET comments_count = coalesce((SELECT count(*) FROM comments c WHERE c.post_id = p.id GROUP BY post_id), 0) WHERE id IN (NEW.post_id, OLD.post_id);`,
        false,
      ],
      [
        'an outer join',
        'UPDATE posts p SET comments_count = coalesce(s.n, 0) FROM posts q LEFT JOIN (SELECT post_id, count(*) AS n FROM comments GROUP BY 1) s ON s.post_id = q.id WHERE q.id = p.id AND p.id IN (NEW.post_id, OLD.post_id);',
        false,
      ],
      [
        'an update that sets 0 first',
        `UPDATE posts SET comments_count = 0 WHERE id IN (NEW.post_id, OLD.post_id);
         UPDATE posts p SET comments_count = s.n FROM (SELECT post_id, count(*) AS n FROM comments GROUP BY 1) s WHERE s.post_id = p.id AND p.id IN (NEW.post_id, OLD.post_id);`,
        false,
      ],
    ] as const
  ).map(
    ([name, body, isLeft]): Case => [
      `groups in ${name}`,
      count,
      trigger({ on: all, body }) + zero,
      isLeft
        ? `insert counted anew, delete wrong, move wrong, truncate to 0 | ${name === 'a value' ? 'null-when-empty! null-when-empty!' : 'last-not-counted! last-not-counted!'} recount-overlaps`
        : `insert counted anew, delete counted anew, move counted anew, truncate to 0 |${name.includes('first') ? '' : ' recount-overlaps'}`,
    ],
  ),

  [
    'counted anew for each row of an array',
    count,
    trigger({
      on: all,
      body: `DECLARE p uuid; BEGIN FOREACH p IN ARRAY ARRAY[NEW.post_id, OLD.post_id] LOOP ${recount('p')} END LOOP; END;`,
    }) + zero,
    'insert counted anew, delete counted anew, move counted anew, truncate to 0 | recount-overlaps',
  ],
  [
    'one subtracted for each row of an array',
    count,
    trigger({
      on: all,
      body: `DECLARE p uuid; BEGIN ${ins} ${up} ELSE FOREACH p IN ARRAY ARRAY[OLD.post_id] LOOP ${down.replace('OLD.post_id', 'p')} END LOOP; END IF; END;`,
    }) + zero,
    'insert +1, delete -1, move wrong, truncate to 0 | move-half-counted! update-counts!',
  ],
  [
    'counted anew under another condition where one is deleted',
    approved,
    trigger({
      on: all,
      body: `${ins} ${recount('NEW.post_id', "AND c.status = 'approved'")} ${del} ${recount('OLD.post_id')} ELSE
        ${recount('NEW.post_id', "AND c.status = 'approved'")} ${recount('OLD.post_id', "AND c.status = 'new'")} END IF;`,
    }) + zero,
    'insert counted anew, delete wrong, move wrong, condition wrong, truncate to 0 | condition-differs! condition-differs! condition-partly-counted! counts-wrong! recount-overlaps',
  ],
  [
    'counted anew for both rows',
    count,
    trigger({ on: all, body: `${recount('NEW.post_id')} ${recount('OLD.post_id')}` }) + zero,
    'insert counted anew, delete counted anew, move counted anew, truncate to 0 | recount-overlaps',
  ],
  [
    'counted anew for the row of the new record alone',
    count,
    trigger({ on: all, body: recount('coalesce(NEW.post_id, OLD.post_id)') }) + zero,
    'insert counted anew, delete counted anew, move wrong, truncate to 0 | move-half-counted! recount-overlaps',
  ],
  [
    'counted anew before the insert',
    count,
    trigger({ on: 'INSERT', timing: 'BEFORE', body: `${recount('NEW.post_id')} RETURN NEW;` }),
    'insert wrong, delete no, move no, truncate no | trigger-before! delete-not-counted! move-not-counted! truncate-not-counted! recount-overlaps',
  ],
  [
    'counted anew without the condition',
    undeleted,
    trigger({ on: all, body: `${recount('NEW.post_id')} ${recount('OLD.post_id')}` }) + zero,
    'insert wrong, delete wrong, move wrong, condition wrong, truncate to 0 | condition-differs! counts-wrong! condition-differs! counts-wrong! condition-partly-counted! condition-lacking recount-overlaps',
  ],
  [
    'counted anew with the condition',
    undeleted,
    trigger({
      on: all,
      body: `${recount('NEW.post_id', 'AND c.deleted_at IS NULL')} ${recount('OLD.post_id', 'AND c.deleted_at IS NULL')}`,
    }) + zero,
    'insert counted anew, delete counted anew, move counted anew, condition counted anew, truncate to 0 | recount-overlaps',
  ],
  [
    'counted anew for the rows of a statement',
    count,
    statement(
      'UPDATE posts SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = posts.id) WHERE id IN (SELECT post_id FROM new_rows);',
      'INSERT',
      news,
    ),
    'insert counted anew, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted! recount-overlaps',
  ],
];

const upSum = 'UPDATE posts SET total = total + NEW.amount WHERE id = NEW.post_id;';
const downSum = 'UPDATE posts SET total = total - OLD.amount WHERE id = OLD.post_id;';
const safe = (text: string) => text.replace(/(NEW|OLD)\.amount/g, 'coalesce($1.amount, 0)');
const zeroSum = zero.replaceAll('comments_count', 'total');

const sums: Case[] = [
  [
    'a sum of every event',
    sum,
    trigger({ on: all, body: safe(`${ins} ${upSum} ${del} ${downSum} ELSE ${downSum} ${upSum} END IF;`) }) +
      zeroSum,
    'insert +amount, delete -amount, move moved, amount the difference, truncate to 0 |',
  ],
  [
    'a sum that NULL spoils',
    sum,
    trigger({ on: all, body: `${ins} ${upSum} ${del} ${downSum} ELSE ${downSum} ${upSum} END IF;` }) +
      zeroSum,
    'insert wrong, delete wrong, move wrong, amount wrong, truncate to 0 | amount-null!',
  ],
  [
    'an amount that changes and is not followed',
    sum,
    trigger({ on: 'INSERT OR DELETE', body: safe(`${ins} ${upSum} ELSE ${downSum} END IF;`) }) + zeroSum,
    'insert +amount, delete -amount, move no, amount no, truncate to 0 | move-not-counted! amount-not-counted!',
  ],
  [
    'the difference of amounts, without moves',
    sum,
    trigger({ on: 'INSERT OR DELETE', body: safe(`${ins} ${upSum} ELSE ${downSum} END IF;`) }) +
      trigger({
        on: 'UPDATE OF amount',
        name: 'change',
        body: 'UPDATE posts SET total = total + coalesce(NEW.amount, 0) - coalesce(OLD.amount, 0) WHERE id = NEW.post_id;',
      }) +
      zeroSum,
    'insert +amount, delete -amount, move no, amount the difference, truncate to 0 | move-not-counted!',
  ],
  [
    'a count where a sum is meant',
    sum,
    trigger({ on: 'INSERT', body: 'UPDATE posts SET total = total + 1 WHERE id = NEW.post_id;' }),
    'insert no, delete no, move no, amount no, truncate no | counts-otherwise!',
  ],
  [
    'a product of two columns',
    sum,
    trigger({
      on: 'INSERT',
      body: 'UPDATE posts SET total = total + NEW.amount * 2 WHERE id = NEW.post_id;',
    }),
    'insert ?, delete no, move no, amount no, truncate no | delete-not-counted! move-not-counted! amount-not-counted! truncate-not-counted! function-unread!',
  ],
];

const others = `
  CREATE TABLE members (id integer PRIMARY KEY, likes integer);
  CREATE TABLE likes (id integer PRIMARY KEY, target_type text NOT NULL, target_id integer);
  CREATE TABLE forums (id integer PRIMARY KEY, posts_count integer);
  CREATE TABLE topics (id integer PRIMARY KEY, forum_id integer REFERENCES forums);
  CREATE TABLE replies (id integer PRIMARY KEY, topic_id integer REFERENCES topics);
  CREATE TABLE totals (users integer);
  CREATE TABLE users (id integer PRIMARY KEY, active boolean);
  CREATE TABLE member_stats (member_id integer PRIMARY KEY REFERENCES members, likes integer);
  CREATE TABLE stock (shop integer, product integer, moves integer, PRIMARY KEY (shop, product));
  CREATE TABLE moves (id integer PRIMARY KEY, shop integer, product integer);`;
const liked = defined({
  row: { table: 'members', count: 'likes' },
  record: {
    table: 'likes',
    reference: ['target_id'],
    where: { kind: 'compare', column: 'target_type', operator: '=', value: 'member' },
  },
});
const posted = defined({
  row: { table: 'forums', count: 'posts_count' },
  record: {
    table: 'replies',
    reference: ['topic_id'],
    through: { schema: 'public', table: 'topics', key: ['id'], reference: ['forum_id'] },
  },
});
const total = defined({
  row: { table: 'totals', key: [], count: 'users' },
  record: { table: 'users', reference: [], where: { kind: 'is', column: 'active', value: true } },
});
const aside = defined({
  row: { table: 'members', count: 'likes' },
  via: { table: 'member_stats', row: ['member_id'] },
  record: { table: 'likes', reference: ['target_id'] },
});
const stocked = defined({
  row: { table: 'stock', key: ['shop', 'product'], count: 'moves' },
  record: { table: 'moves', reference: ['shop', 'product'] },
});
const on = (table: string, event: string, body: string, name = 'keep') =>
  trigger({ on: event, body, name }).replaceAll(' ON comments ', ` ON ${table} `);
const zeroOf = (table: string, counted: string, column: string) =>
  zero
    .replaceAll(' ON comments ', ` ON ${table} `)
    .replaceAll('posts', counted)
    .replaceAll('comments_count', column);

const kinds: Case[] = [
  [
    'one of several types',
    liked,
    on(
      'likes',
      all,
      `IF TG_OP <> 'INSERT' AND OLD.target_type = 'member' THEN UPDATE members SET likes = likes - 1 WHERE id = OLD.target_id; END IF;
       IF TG_OP <> 'DELETE' AND NEW.target_type = 'member' THEN UPDATE members SET likes = likes + 1 WHERE id = NEW.target_id; END IF;`,
    ) + zeroOf('likes', 'members', 'likes'),
    'insert +1, delete -1, move moved, condition +1 or -1, truncate to 0 |',
  ],
  [
    'a type that the trigger does not ask for',
    liked,
    on('likes', 'INSERT', 'UPDATE members SET likes = likes + 1 WHERE id = NEW.target_id;'),
    'insert wrong, delete no, move no, condition no, truncate no | delete-not-counted! move-not-counted! condition-not-counted! truncate-not-counted! condition-lacking',
  ],
  [
    'by CASE on the type',
    liked,
    on(
      'likes',
      'INSERT OR DELETE',
      `CASE coalesce(NEW.target_type, OLD.target_type) WHEN 'member' THEN
         IF TG_OP = 'INSERT' THEN UPDATE members SET likes = likes + 1 WHERE id = NEW.target_id; ELSE UPDATE members SET likes = likes - 1 WHERE id = OLD.target_id; END IF;
       ELSE NULL; END CASE;`,
    ) + zeroOf('likes', 'members', 'likes'),
    'insert +1, delete -1, move no, condition no, truncate to 0 | move-not-counted! condition-not-counted!',
  ],
  [
    'through the table between',
    posted,
    on(
      'replies',
      'INSERT OR DELETE',
      `IF TG_OP = 'INSERT' THEN UPDATE forums SET posts_count = posts_count + 1 WHERE id = (SELECT forum_id FROM topics WHERE id = NEW.topic_id);
       ELSE UPDATE forums SET posts_count = posts_count - 1 WHERE id = (SELECT forum_id FROM topics WHERE id = OLD.topic_id); END IF;`,
    ) + zeroOf('replies', 'forums', 'posts_count'),
    'insert +1, delete -1, move no, truncate to 0 | move-not-counted! between-not-counted',
  ],
  [
    'in one row, as long as they are active',
    total,
    on(
      'users',
      all,
      `IF TG_OP <> 'DELETE' AND NEW.active THEN UPDATE totals SET users = users + 1; END IF;
       IF TG_OP <> 'INSERT' AND OLD.active THEN UPDATE totals SET users = users - 1; END IF;`,
    ) + zeroOf('users', 'totals', 'users'),
    'insert +1, delete -1, condition +1 or -1, truncate to 0 |',
  ],
  [
    'in one row, whether they are active or not',
    total,
    on('users', 'INSERT', 'UPDATE totals SET users = users + 1;'),
    'insert wrong, delete no, condition no, truncate no | delete-not-counted! condition-not-counted! truncate-not-counted! condition-lacking',
  ],
  [
    'in another table, by an upsert',
    aside,
    on(
      'likes',
      'INSERT OR DELETE',
      `IF TG_OP = 'INSERT' THEN INSERT INTO member_stats VALUES (NEW.target_id, 1) ON CONFLICT (member_id) DO UPDATE SET likes = member_stats.likes + 1;
       ELSE UPDATE member_stats SET likes = likes - 1 WHERE member_id = OLD.target_id; END IF;`,
    ) + zeroOf('likes', 'member_stats', 'likes'),
    'insert +1, delete -1, move no, truncate to 0 | move-not-counted!',
  ],
  [
    'a key of several columns, of which one is compared',
    stocked,
    on(
      'moves',
      all,
      `IF TG_OP = 'UPDATE' AND NEW.shop IS NOT DISTINCT FROM OLD.shop THEN RETURN NULL; END IF;
       IF TG_OP <> 'DELETE' THEN UPDATE stock SET moves = moves + 1 WHERE shop = NEW.shop AND product = NEW.product; END IF;
       IF TG_OP <> 'INSERT' THEN UPDATE stock SET moves = moves - 1 WHERE product = OLD.product AND shop = OLD.shop; END IF;`,
    ) + zeroOf('moves', 'stock', 'moves'),
    'insert +1, delete -1, move wrong, truncate to 0 | move-half-counted!',
  ],
  [
    'another column of the key',
    stocked,
    on('moves', 'INSERT', 'UPDATE stock SET moves = moves + 1 WHERE shop = NEW.shop;'),
    'insert no, delete no, move no, truncate no | counts-otherwise!',
  ],
  [
    'a function that inserts and adds, and no trigger',
    count,
    `CREATE FUNCTION comment(post uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO comments (post_id) VALUES (post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = post; END $$;`,
    'insert +1, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted! insert-by-function-only',
  ],
  [
    'a function that stores the constant of the condition',
    approved,
    `CREATE FUNCTION track(post uuid) RETURNS void LANGUAGE sql AS $$
       INSERT INTO comments (post_id, status) VALUES (post, 'approved'); UPDATE posts SET comments_count = comments_count + 1 WHERE id = post $$;`,
    'insert +1, delete no, move no, condition no, truncate no | delete-not-counted! move-not-counted! condition-not-counted! truncate-not-counted! insert-by-function-only',
  ],
  [
    'a function that stores another constant than that of the condition',
    approved,
    `CREATE FUNCTION track(post uuid) RETURNS void LANGUAGE sql AS $$
       INSERT INTO comments (post_id, status) VALUES (post, 'spam'); UPDATE posts SET comments_count = comments_count + 1 WHERE id = post $$;`,
    'insert wrong, delete no, move no, condition no, truncate no | insert-not-counted! delete-not-counted! move-not-counted! condition-not-counted! truncate-not-counted! condition-lacking insert-by-function-only',
  ],
  [
    'a function that inserts and adds beside a trigger',
    count,
    `${trigger({ on: 'INSERT', body: up })}
     CREATE FUNCTION comment(post uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO comments (post_id) VALUES (post); UPDATE posts SET comments_count = comments_count + 1 WHERE id = post; END $$;`,
    'insert +1, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted! function-counts-twice!',
  ],
];

const check = ([, definition, ddl, expected]: Case) =>
  expect(told(healthOf(`${tables} ${others} ${ddl}`, definition))).toBe(expected.trim());

const anew =
  'UPDATE posts SET comments_count = (SELECT count(*) FROM comments WHERE post_id = p) WHERE id = p;';
const add = 'INSERT INTO comments (post_id, status) VALUES (p, s);';
const missing = 'insert no, delete no, move no, truncate no | trigger-missing!';
const inserted =
  'insert counted anew, delete no, move no, truncate no | delete-not-counted! move-not-counted! truncate-not-counted! recount-overlaps insert-by-function-only';
const byFunctions: Case[] = (
  [
    ['stores and counts anew', `${add} ${anew}`, inserted],
    [
      'stores and counts every row anew',
      `${add} ${anew.replace('= p) WHERE id = p', '= posts.id)')}`,
      inserted,
    ],
    ['stores and counts anew where it has', `${add} IF FOUND THEN ${anew} END IF;`, inserted],
    ['stores and may count anew', `${add} IF s = 'a' THEN ${anew} END IF;`, missing],
    ['counts another row anew', `${add} ${anew.replaceAll('= p', '= other')}`, missing],
    ['counts anew before it stores', `${anew} ${add}`, missing],
    ['counts anew in the statement that stores', `WITH i AS (${add.replace(';', '')}) ${anew}`, missing],
    [
      'deletes or stores, and counts anew',
      `DELETE FROM comments WHERE post_id = p AND status = s; IF NOT FOUND THEN ${add} END IF; ${anew}`,
      'insert counted anew, delete counted anew, move no, truncate no | move-not-counted! truncate-not-counted! recount-overlaps insert-by-function-only',
    ],
  ] as const
).map(([name, body, expected]) => [
  name,
  count,
  `CREATE FUNCTION act(p uuid, s text, other uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;`,
  expected,
]);

describe('by row', () => test.each(byRow)('%s', (...given) => check(given)));
describe('by condition', () => test.each(byCondition)('%s', (...given) => check(given)));
describe('by statement', () => test.each(byStatement)('%s', (...given) => check(given)));
describe('by counting anew', () => test.each(byCounting)('%s', (...given) => check(given)));
describe('by functions', () => test.each(byFunctions)('%s', (...given) => check(given)));
describe('by a veto', () => test.each(byVeto)('%s', (...given) => check(given)));
describe('sums', () => test.each(sums)('%s', (...given) => check(given)));
describe('kinds of counters', () => test.each(kinds)('%s', (...given) => check(given)));

describe('what the catalog adds', () => {
  const kept = trigger({ on: 'INSERT', body: up });
  const quiet = { causes: new Map() };
  const finding = (code: string, ddl: string, circumstances: Partial<Circumstances> = {}, of = count) =>
    healthOf(`${tables} ${ddl}`, of, { ...quiet, ...circumstances }).findings.find(
      each => each.code === code,
    );

  test('what cannot happen is only worth a note', () => {
    const health = healthOf(`${tables} ${kept}`, count, quiet);
    expect(told(health)).toBe(
      'insert +1, delete no, move no, truncate no | delete-not-counted. move-not-counted. truncate-not-counted.',
    );
    expect(health.healthy).toBe(true);
    expect(health.events.map(({ canHappen }) => canHappen)).toEqual([true, false, false, false]);
  });
  test('a right to do it is a warning, and what does it an error', () => {
    const cause = (kind: 'grant' | 'cascade') =>
      finding('delete-not-counted', kept, { causes: new Map([['delete', [{ kind, text: 'it is so' }]]]) });
    expect(cause('grant')).toMatchObject({ severity: 'warning', hint: 'It can happen: it is so.' });
    expect(cause('cascade')).toMatchObject({ severity: 'error' });
  });
  test('a counter that keeps what is deleted is no error', () => {
    const causes = new Map([['delete' as const, [{ kind: 'cascade' as const, text: 'it is so' }]]]);
    expect(finding('delete-not-counted', kept, { causes }, { ...count, onDelete: 'keeps' })).toMatchObject({
      severity: 'warning',
    });
  });
  test('NULL that nothing guards', () => {
    const nullable = { count: { nullable: true, default: null, generated: false } };
    expect(finding('count-null', kept, nullable)).toMatchObject({ severity: 'error' });
    expect(
      finding('count-null', kept, { count: { nullable: true, default: '0', generated: false } }),
    ).toBeUndefined();
    const guarded = kept.replace('comments_count + 1', 'coalesce(comments_count, 0) + 1');
    expect(finding('count-null', guarded, nullable)).toBeUndefined();
  });
  test('a sum that is NULL without records', () => {
    const summed = (value: string, on = 'DELETE') =>
      trigger({
        on,
        body: `UPDATE posts SET total = (SELECT ${value} FROM comments WHERE post_id = OLD.post_id) WHERE id = OLD.post_id;`,
      });
    const severity = (ddl: string, nullable: boolean) =>
      finding('sum-null', ddl, { count: { nullable, default: '0', generated: false } }, sum)?.severity;
    expect(severity(summed('sum(amount)'), true)).toBe('warning');
    expect(severity(summed('sum(coalesce(amount, 0))'), false)).toBe('error');
    expect(severity(summed('coalesce(sum(amount), 0)'), false)).toBeUndefined();
    expect(
      severity(summed('CASE WHEN sum(amount) IS NULL THEN 0 ELSE sum(amount) END'), false),
    ).toBeUndefined();
    const guarded = summed('sum(amount)')
      .replace('(SELECT', 'coalesce((SELECT')
      .replace('OLD.post_id) WHERE', 'OLD.post_id), 0) WHERE');
    expect(severity(guarded, false)).toBeUndefined();
  });
  test.each([
    ['sum(amount)', 'total becomes NULL', true],
    ['coalesce(sum(amount), 0)', 'guarded', false],
    ['sum(coalesce(amount, 0))', 'guarded inside', false],
    ['sum(amount) FILTER (WHERE amount > 0)', 'of those that have one', false],
  ])('a grouped sum of NULLs: %s, %s', (value, _, isNull) => {
    const body = `UPDATE posts SET total = s.k FROM (SELECT post_id, ${value} AS k FROM comments GROUP BY post_id) s WHERE s.post_id = posts.id AND posts.id = NEW.post_id;`;
    const found = finding('sum-null', trigger({ on: 'INSERT OR UPDATE', body }), {}, sum);
    expect(found?.message ?? '').toContain(
      isNull ? 'sets total to NULL where all its records have NULL in amount' : '',
    );
    expect(found !== undefined).toBe(isNull);
  });
  test('a trigger that is off is said once', () => {
    const health = healthOf(`${tables} ${kept}`, count, {
      ...quiet,
      triggers: new Map([['2 keep', { enabled: 'D', offIn: [], definition: null }]]),
    });
    expect(told(health)).toBe(
      'insert no, delete no, move no, truncate no | trigger-disabled! delete-not-counted. move-not-counted. truncate-not-counted.',
    );
  });
  test('one that fires for replication alone', () => {
    const triggers = new Map([['2 keep', { enabled: 'R' as const, offIn: [], definition: null }]]);
    expect(finding('trigger-replica-only', kept, { triggers })).toMatchObject({ severity: 'error' });
  });
  test('one that is off in a partition', () => {
    const triggers = new Map([['2 keep', { enabled: 'O' as const, offIn: ['public.c1'], definition: null }]]);
    expect(finding('trigger-off-in-partition', kept, { triggers })).toMatchObject({ severity: 'error' });
  });
  test('what could not be read is no pass', () => {
    const unread = [{ name: 'log', events: ['delete' as const], why: 'runs dynamic SQL' }];
    const health = healthOf(`${tables} ${kept}`, count, { ...quiet, unread });
    expect(health.healthy).toBe(false);
    expect(health.events.find(({ event }) => event === 'delete')?.handled).toBeNull();
  });
  test('an upsert needs a unique key that the application fills', () => {
    const before = trigger({ on: 'INSERT', timing: 'BEFORE', body: `${up} RETURN NEW;` });
    expect(finding('trigger-before', before)).toMatchObject({ severity: 'warning' });
    const unique = `${before} CREATE UNIQUE INDEX once ON comments (status);`;
    expect(finding('trigger-before', unique)).toMatchObject({ severity: 'error' });
  });
  test('rights of the function', () => {
    const [found] = healthOf(`${tables} ${kept}`, count, quiet).triggers;
    const facts = {
      definer: false,
      hasPath: true,
      owner: 'owner',
      ownerMayUpdate: true,
      ownerSeesAll: true,
      lacking: [],
      limited: [],
    };
    const of = (given: Partial<FunctionFacts>) => {
      const functions = new Map(
        Array.from({ length: 10 }, (_, oid) => [oid, { ...facts, ...given }] as const),
      );
      const health = healthOf(`${tables} ${kept}`, count, { ...quiet, functions });
      return [
        ...health.findings
          .filter(({ code }) => code.startsWith('function-'))
          .map(({ code, severity }) => `${code} ${severity}`),
        counterHeadline(health, count).replace(/[: ].*$/, ''),
      ];
    };
    expect(found?.function).toBe('public.keep_it()');
    expect(of({})).toEqual(['Healthy']);
    expect(of({ lacking: ['app'] })).toEqual(['function-invoker error', 'Not']);
    expect(of({ limited: ['app'] })).toEqual(['function-invoker warning', 'No']);
    expect(of({ definer: true, hasPath: false })).toEqual(['function-search-path warning', 'Healthy']);
    expect(of({ definer: true, ownerMayUpdate: false })).toEqual(['function-owner error', 'Not']);
    expect(of({ definer: true, ownerSeesAll: false })).toEqual(['function-owner error', 'Not']);
  });
  test('others that write it', () => {
    const other = {
      kind: 'function',
      name: 'f()',
      table: null,
      timing: null,
      events: [],
      enabled: null,
      function: null,
    };
    expect(finding('other-writer', kept, { others: [{ ...other, how: 'adds' }] })).toMatchObject({
      severity: 'warning',
    });
    expect(finding('other-writer', kept, { others: [{ ...other, how: 'counts' }] })).toMatchObject({
      severity: 'info',
    });
    expect(finding('other-writer', kept, { others: [{ ...other, how: 'zero' }] })).toMatchObject({
      severity: 'warning',
      message: 'The function f() sets comments_count to 0.',
      hint: 'If records are left then, the count is too low.',
    });
    expect(finding('other-writer', kept, { others: [{ ...other, how: 'sets' }] })).toMatchObject({
      severity: 'warning',
      hint: 'What it writes need not be the number of records.',
    });
    expect(finding('other-writer', kept, { others: [{ ...other, how: 'begins' }] })).toBeUndefined();
  });
  const balanced =
    'UPDATE posts SET comments_count = comments_count - (OLD.hidden)::int + (NEW.hidden)::int WHERE id = NEW.post_id;';
  test.each<[string, string, boolean]>([
    ['a move', trigger({ on: 'UPDATE', body: `${down} ${up}` }), true],
    ['a move of what is shown', trigger({ on: 'UPDATE', when: 'NOT NEW.hidden', body: up }), true],
    ['what a new row gains alone', trigger({ on: 'UPDATE OF post_id', body: up }), true],
    ['inserts alone', kept, false],
    ['an update of another column', trigger({ on: 'UPDATE OF hidden', body: up }), false],
    [
      'what begins to count',
      trigger({ on: 'UPDATE', when: 'OLD.hidden AND NOT NEW.hidden', body: up }),
      false,
    ],
    ['what is added and subtracted in one row', trigger({ on: 'UPDATE', body: balanced }), false],
    ['counting anew', trigger({ on: 'UPDATE', body: recount('NEW.post_id') }), false],
    [
      'records that had no row',
      trigger({ on: 'UPDATE', when: 'OLD.post_id IS NULL AND NEW.post_id IS NOT NULL', body: up }),
      false,
    ],
  ])('a key that changes takes its records along: %s', (_, ddl, isCounted) => {
    const found = finding('key-change-counts', ddl, { keyCascades: true });
    expect(found !== undefined).toBe(isCounted);
  });
  test.each([
    ['a slug', ['slug'], 'slug text', '', true],
    ['a slug that a foreign key refers to', ['slug'], 'slug text REFERENCES tags (slug)', '', false],
    ['the primary key', ['id'], 'slug uuid', '', false],
    [
      'the primary key, which a function sets',
      ['id'],
      'slug uuid',
      'CREATE FUNCTION rename(o uuid, n uuid) RETURNS void LANGUAGE sql AS $$ UPDATE tags SET id = n WHERE id = o $$;',
      true,
    ],
    [
      'a slug, and a trigger takes them along',
      ['slug'],
      'slug text',
      '',
      'When slug of a row changes, the trigger along takes its records along. Its count stays too, so what counts records that move would count them once more.',
    ],
    [
      'a slug, and a trigger takes them along and another one counts that',
      ['slug'],
      'slug text',
      `CREATE FUNCTION moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE tags SET uses = uses - 1 WHERE slug = OLD.slug; UPDATE tags SET uses = uses + 1 WHERE slug = NEW.slug; RETURN NULL; END $$;
       CREATE TRIGGER moved AFTER UPDATE ON taggings FOR EACH ROW EXECUTE FUNCTION moved();`,
      'When slug of a row changes, the trigger along takes its records along. They are then counted once more, because its count stays too.',
    ],
  ])('records that do not follow a key that changes: %s', (_, key, slug, more, isTold) => {
    const tagged = defined({
      row: { table: 'tags', count: 'uses', key },
      record: { table: 'taggings', reference: ['slug'] },
    });
    const ddl = `CREATE TABLE tags (id uuid PRIMARY KEY, slug text UNIQUE, uses integer); CREATE TABLE taggings (id uuid PRIMARY KEY, ${slug}); ${more}`;
    const takesAlong = typeof isTold === 'string' ? { takesAlong: 'along' } : {};
    const message = finding('key-change-strands', ddl, takesAlong, tagged)?.message;
    if (typeof isTold === 'string') expect(message).toBe(isTold);
    else expect(message !== undefined).toBe(isTold);
  });
  test.each<[string, string, string | null]>([
    ['0', '(member_id, likes) VALUES (NEW.target_id, 0)', '0'],
    ['another number', '(member_id, likes) VALUES (NEW.target_id, 5)', '5'],
    ['the default', '(member_id) VALUES (NEW.target_id)', 'NULL'],
    ['what the record adds', '(member_id, likes) VALUES (NEW.target_id, 1)', null],
  ])('a row that is not there and begins with %s', (_, values, begins) => {
    const ways = [
      `INSERT INTO member_stats ${values} ON CONFLICT (member_id) DO UPDATE SET likes = member_stats.likes + 1;`,
      `MERGE INTO member_stats m USING (SELECT NEW.target_id AS id) s ON m.member_id = s.id
         WHEN MATCHED THEN UPDATE SET likes = m.likes + 1 WHEN NOT MATCHED THEN INSERT ${values};`,
      `UPDATE member_stats SET likes = likes + 1 WHERE member_id = NEW.target_id; IF NOT FOUND THEN INSERT INTO member_stats ${values}; END IF;`,
    ];
    for (const way of ways) {
      const ddl = `${others} ${on('likes', 'INSERT', way)}`;
      const told = finding('first-not-counted', ddl, { countRowsThere: false }, aside);
      if (begins === null) expect(told).toBeUndefined();
      else expect(told?.message).toContain(`inserts it with ${begins}: its first record is not counted.`);
      expect(finding('first-not-counted', ddl, {}, aside)).toBeUndefined();
    }
  });
  test.each([
    'PERFORM FROM member_stats WHERE member_id = NEW.target_id; IF NOT FOUND THEN INSERT INTO member_stats VALUES (NEW.target_id, 0); END IF; UPDATE member_stats SET likes = likes + 1 WHERE member_id = NEW.target_id;',
    'UPDATE member_stats SET likes = likes + 1 WHERE member_id = NEW.target_id; IF NOT FOUND THEN INSERT INTO member_stats VALUES (NEW.target_id, 0); UPDATE member_stats SET likes = likes + 1 WHERE member_id = NEW.target_id; END IF;',
  ])('a row that begins with 0 and is added to afterwards', body => {
    const ddl = `${others} ${on('likes', 'INSERT', body)}`;
    expect(finding('first-not-counted', ddl, { countRowsThere: false }, aside)).toBeUndefined();
  });
  test('a row that nothing makes', () => {
    const ddl = `${others} ${on('likes', 'INSERT', 'UPDATE member_stats SET likes = likes + 1 WHERE member_id = NEW.target_id;')}`;
    expect(finding('count-row-missing', ddl, { countRowsMade: false }, aside)).toBeDefined();
    expect(finding('count-row-missing', ddl, {}, aside)).toBeUndefined();
  });
});

test('an application that keeps the count is told of, also where that was not looked at', () => {
  const codes = (agreement: Circumstances['agreement']) =>
    healthOf(tables, count, { agreement }).findings.map(({ code }) => code);
  expect(codes({ compared: 10, near: 9 })).toEqual(['trigger-missing', 'kept-by-application']);
  expect(codes(null)).toEqual(['trigger-missing', 'application-not-excluded']);
  expect(codes({ compared: 10, near: 5 })).toEqual(['trigger-missing']);
  expect(codes({ compared: 0, near: 0 })).toEqual(['trigger-missing']);
});

const to = (value: string, where = '') =>
  trigger({
    on: 'INSERT',
    body: `UPDATE posts SET comments_count = ${value} WHERE id = NEW.post_id ${where};`,
  });

test.each([
  ['LEAST', to('LEAST(comments_count + 1, 5)')],
  ['a CASE', to('CASE WHEN comments_count < 5 THEN comments_count + 1 ELSE comments_count END')],
  ['a CASE the other way', to('CASE WHEN comments_count >= 5 THEN 5 ELSE comments_count + 1 END')],
  ['WHERE', to('comments_count + 1', 'AND comments_count < 5')],
  ['WHERE with the sides turned', to('comments_count + 1', 'AND 5 > comments_count')],
])('a limit above is no way to keep a count: %s', (_, ddl) => {
  const { events, findings, healthy } = healthOf(`${tables} ${ddl}`, count);
  expect(events[0]).toMatchObject({ event: 'insert', handled: null });
  expect(healthy).toBe(false);
  expect(findings.map(({ code }) => code)).not.toContain('clamped');
  expect(findings.find(({ code }) => code === 'function-unread')?.message).toBe(
    'It is not known whether keep keeps comments_count: Line 1 of public.keep_it() stops adding to it at a limit.',
  );
});

test('a recount of the rows of some records alone leaves out the others', () => {
  const anew = (where: string) =>
    trigger({
      on: 'INSERT',
      level: 'STATEMENT',
      referencing: news,
      body: `UPDATE posts p SET comments_count = (SELECT count(*) FROM comments c WHERE c.post_id = p.id) WHERE id IN (SELECT post_id FROM new_rows ${where});`,
    });
  const handled = (where: string) => healthOf(`${tables} ${anew(where)}`, count).events[0]?.handled;
  expect(['', 'WHERE post_id IS NOT NULL', 'WHERE hidden'].map(handled)).toEqual([true, true, false]);
});

test('a limit of what is added is not said to be one below', () => {
  const ddl = to('comments_count + 1', 'AND comments_count <> 7');
  expect(healthOf(`${tables} ${ddl}`, count).findings.find(({ code }) => code === 'clamped')?.message).toBe(
    'Line 1 of public.keep_it() adds to comments_count only within a limit: beyond it the count drifts unseen.',
  );
});

test.each([
  ['GREATEST around an addition', to('GREATEST(comments_count + 1, 0)')],
  ['WHERE that every count meets', to('comments_count + 1', 'AND comments_count >= 0')],
  ['WHERE with NULL', to('comments_count + 1', 'AND comments_count IS NOT NULL')],
  [
    'GREATEST around a subtraction',
    trigger({
      on: 'INSERT OR DELETE',
      body: `${ins} ${up} ELSE UPDATE posts SET comments_count = GREATEST(0, comments_count - 1) WHERE id = OLD.post_id; END IF;`,
    }),
  ],
])('a limit that a right count never meets keeps it: %s', (_, ddl) => {
  const { events } = healthOf(`${tables} ${ddl}`, count);
  expect(events[0]).toMatchObject({ event: 'insert', handled: true, effect: '+1' });
});

test.each([
  ['for nothing', `${up} RETURN NULL; EXCEPTION WHEN OTHERS THEN RETURN NULL;`, true],
  ['with a notice', `${up} RETURN NULL; EXCEPTION WHEN OTHERS THEN RAISE WARNING 'no';`, true],
  ['in a block', `BEGIN ${up} EXCEPTION WHEN lock_not_available THEN NULL; END;`, true],
  ['and raised again', `${up} RETURN NULL; EXCEPTION WHEN OTHERS THEN RAISE;`, false],
  ['beside it', `BEGIN PERFORM 1; EXCEPTION WHEN OTHERS THEN NULL; END; ${up}`, false],
])('an error that is caught %s', (_, body, isSwallowed) => {
  const { events, findings } = healthOf(`${tables} ${trigger({ on: 'INSERT', body })}`, count);
  const found = findings.find(({ code }) => code === 'error-swallowed');
  expect([events[0]?.handled, found !== undefined]).toEqual(isSwallowed ? [null, true] : [true, false]);
  if (found) expect(found).toMatchObject({ severity: 'warning', triggers: ['keep'] });
});

test('an error after which it is counted in another way is not swallowed', () => {
  const body = `BEGIN ${up} EXCEPTION WHEN OTHERS THEN ${up} END;`;
  const { findings } = healthOf(`${tables} ${trigger({ on: 'INSERT', body })}`, count);
  expect(findings.map(({ code }) => code)).not.toContain('error-swallowed');
});

const change = (by: string) => `UPDATE posts SET total = total ${by} WHERE id = NEW.post_id;`;
test.each([
  ['a difference', change('- OLD.amount + NEW.amount')],
  ['a difference in two statements', `${change('+ NEW.amount')} ${change('- OLD.amount')}`],
  ['a variable', change("+ NEW.amount - CASE WHEN TG_OP = 'UPDATE' THEN OLD.amount ELSE 0 END")],
])('what is added and subtracted in one row counts no move: %s', (_, body) => {
  const health = healthOf(`${tables} ${trigger({ on: 'UPDATE', body })}`, sum, {
    columns: new Map([['amount', { nullable: false, default: 0 }]]),
    causes: new Map([['move', [{ kind: 'grant', text: 'it is so' }]]]),
  });
  expect(health.events.find(({ event }) => event === 'move')).toMatchObject({
    handled: false,
    effect: null,
    keptBy: [],
  });
  expect(health.events.find(({ event }) => event === 'amount')).toMatchObject({ handled: true });
  const moves = health.findings.filter(({ code }) => code.startsWith('move'));
  expect(moves).toMatchObject([{ code: 'move-not-counted', severity: 'warning' }]);
});

test('an amount that the server computes may not be NULL at all', () => {
  const adds = trigger({
    on: 'INSERT',
    body: 'UPDATE posts SET total = total + NEW.amount WHERE id = NEW.post_id;',
  });
  const found = (full: boolean, virtual = false) =>
    healthOf(`${tables} ${adds}`, sum, {
      generated: [{ column: 'amount', sources: ['body'], virtual, value: null, full }],
    }).findings.find(({ code }) => code === 'amount-null')?.severity;
  expect([found(true), found(false), found(false, true)]).toEqual([undefined, 'warning', 'error']);
});

test('what goes wrong is said of those changes alone', () => {
  const said = (ddl: string) => healthOf(`${tables} ${ddl}`, count).findings.map(({ message }) => message);
  const moving = trigger({
    on: all,
    body: `${ins} ${up} ${del} ${down} ELSIF NEW.post_id <> OLD.post_id THEN ${down} ${up} END IF;`,
  });
  expect(said(moving)).toEqual(
    expect.arrayContaining([
      'A record that moves is not subtracted from the row it leaves where its post_id becomes NULL.',
      'A record that moves is not added to the row it moves to where its post_id was NULL.',
    ]),
  );
  const forgetful = trigger({ on: all, body: `${ins} ${up} ${del} ${down} ELSE ${up} END IF;` });
  expect(said(forgetful)).toContain('A record that moves is not subtracted from the row it leaves.');
  expect(said(forgetful).join()).toContain('keep changes the count with any update of a record,');
  const others = (on: string, when: string) =>
    said(trigger({ on: 'INSERT', name: 'add', body: up }) + trigger({ on, when, body: up }));
  const some = 'keep changes the count with some updates of a record that change nothing that counts';
  expect(others('UPDATE OF body', '')).toContain(`${some}: those that set body.`);
  expect(others('UPDATE', "NEW.status = 'a'")).toContain(`${some}: those where NEW.status = 'a'.`);
});

test('names keep their spelling, and amounts that are made up are not shown', () => {
  const sum = { ...count, record: { ...count.record, amount: 'amount' } };
  const add =
    'UPDATE posts SET comments_count = comments_count + NEW.amount WHERE id = NEW.post_id; RETURN NULL;';
  const { findings } = healthOf(
    `${tables} ${trigger({ on: 'INSERT OR UPDATE', name: 's', body: add })}`,
    sum,
  );
  const said = findings.map(({ message }) => message).join(' ');
  expect(said).toContain('s changes the count with any update');
  expect(said).not.toMatch(/by [+-]/);
  expect(said).not.toContain('from a value to a value');
});

test('what speaks against the counter is a warning', () => {
  const ddl = tables + trigger({ on: 'INSERT', body: up });
  const doubts = (definition: CounterDefinition) =>
    healthOf(ddl, definition).findings.filter(({ code }) => code === 'counter-doubted');
  expect(doubts(count)).toEqual([]);
  expect(doubts({ ...count, doubts: ['New posts begin with 1.'] })).toMatchObject([
    {
      severity: 'warning',
      message: `${count.id} may be meant to differ from its records. New posts begin with 1.`,
    },
  ]);
});

describe('a trigger that only touches the row, before which another one counts anew', () => {
  const anew = (on = 'UPDATE', value = '(SELECT count(*) FROM comments WHERE post_id = NEW.id)') => `
    CREATE FUNCTION anew_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.comments_count := ${value}; RETURN NEW; END $$;
    CREATE TRIGGER anew BEFORE ${on} ON posts FOR EACH ROW EXECUTE FUNCTION anew_it();`;
  const touch = (on: string, where: string) =>
    trigger({ on, body: `UPDATE posts SET published = true WHERE ${where};` });
  const either = 'id IN (NEW.post_id, OLD.post_id)';
  test.each([
    [
      'both rows',
      anew() + touch(all, either),
      'insert counted anew, delete counted anew, move counted anew, truncate no',
    ],
    [
      'new ones alone',
      anew() + touch('INSERT', 'id = NEW.post_id'),
      'insert counted anew, delete no, move no, truncate no',
    ],
    [
      'another column than it fires for',
      anew('UPDATE OF total') + touch(all, either),
      'insert no, delete no, move no, truncate no',
    ],
    [
      'a row that is counted up',
      anew('UPDATE', 'NEW.comments_count + 1') + touch(all, either),
      'insert no, delete no, move no, truncate no',
    ],
  ])('%s', (_, triggers, expected) => {
    expect(told(healthOf(tables + triggers, count)).split(' |')[0]).toBe(expected);
  });
});

test('a function that is called in a statement which locks a row is called once', () => {
  const bump = `CREATE FUNCTION bump(p uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN UPDATE posts SET comments_count = comments_count + 1 WHERE id = p; RETURN true; END $$;`;
  const body =
    'INSERT INTO seen VALUES (NEW.post_id, bump(NEW.post_id)) ON CONFLICT (id) DO UPDATE SET seen = true;';
  const health = healthOf(
    `${tables} CREATE TABLE seen (id uuid PRIMARY KEY, seen boolean); ${bump} ${trigger({ on: 'INSERT', body })}`,
    count,
  );
  expect([health.events[0]?.handled, health.findings.map(({ code }) => code)]).toEqual([
    true,
    expect.not.arrayContaining(['counts-twice']),
  ]);
});
