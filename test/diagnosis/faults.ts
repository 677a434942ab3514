import type postgres from 'postgres';
import type { Cause } from '../../source/diagnosis/diagnosis.ts';
import type { Application, PlannedUse, Shape } from '../helpers/application.ts';

/** Where a fault happens: which presets it is to hit, and the moment at which its part of the history ends. */
export interface Scene {
  application: Application;
  hit: ReadonlySet<number>;
  until: number;
}

/** The diagnosis that a preset must get: several if each of them is true, null if its count should be right. */
export type Expected = (preset: number) => Cause | readonly Cause[] | null;

/** Something that goes wrong in a database. It makes the uses up to `until` as well. */
export interface Fault {
  cause: Cause;
  shape?: Shape;
  /** Cannot be kept to some presets. */
  whole?: boolean;
  run(scene: Scene): Promise<Expected | undefined>;
}

const disable = 'ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count';
const enable = 'ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count';
const secondTrigger = `
  CREATE OR REPLACE FUNCTION count_again() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$;
  CREATE TRIGGER second AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION count_again()`;

/** A trigger that takes a deleted record off the count. */
const subtracting = (name: string) => `
  CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE presets SET usage_count = usage_count - 1 WHERE id = OLD.preset_id; RETURN NULL; END $$;
  CREATE TRIGGER ${name} AFTER DELETE ON preset_usage FOR EACH ROW EXECUTE FUNCTION ${name}()`;

/** The counting trigger again, as a row trigger that fires `when` and does `body`. */
const rowTrigger = (when: string, body = '', condition = '') => `
  DROP TRIGGER trigger_auto_increment_preset_usage_count ON preset_usage;
  CREATE OR REPLACE FUNCTION auto_increment_preset_usage_count() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    ${body}
    UPDATE presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = greatest(last_used_at, NEW.created_at) WHERE id = NEW.preset_id;
    RETURN NEW;
  END $$;
  CREATE TRIGGER trigger_auto_increment_preset_usage_count ${when} ON preset_usage
    FOR EACH ROW ${condition} EXECUTE FUNCTION auto_increment_preset_usage_count()`;

// Like the endpoint of the incident: the trigger counts the record, and then the endpoint writes the count that it has read plus one.
const insertThenCount = async (sql: postgres.Sql, id: string, at: Date) => {
  await sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${id}, 'generation', ${at})`;
  const [row] = await sql`SELECT usage_count FROM presets WHERE id = ${id}`;
  await sql`UPDATE presets SET usage_count = ${row!.usage_count + 1} WHERE id = ${id}`;
};
// The same, but it reads first: alone it is right, but concurrently it loses what was counted in between.
const readThenInsert = async (sql: postgres.Sql, id: string, at: Date) => {
  const [row] = await sql`SELECT usage_count FROM presets WHERE id = ${id}`;
  await sql`INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES (${id}, 'generation', ${at})`;
  await sql`UPDATE presets SET usage_count = ${row!.usage_count + 1} WHERE id = ${id}`;
};

/** The presets of a scene as a list for IN. */
const idsOf = ({ application, hit }: Scene, some: Iterable<number> = hit) =>
  [...some].map(n => `'${application.presets[n]}'`).join(', ');

const between = ({ application, until }: Scene, low: number, high: number) =>
  until * (low + (high - low) * application.world.random.fraction());

/** The statements one after the other, each in a transaction of its own. */
async function apart({ application }: Scene, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  await application.script(`DO $$ BEGIN ${statements.map(each => `${each}; COMMIT;`).join('\n')} END $$`);
}

/** All uses are made, and each that a hit preset has from one moment to the next is counted `adds` more. */
function byHand(
  adds: number,
  together: boolean,
  span: (scene: Scene) => [number, number],
  type?: string,
): Fault {
  return {
    cause: 'double-counted',
    async run(scene) {
      const [from, to] = span(scene);
      const { application, hit, until } = scene;
      const which = (use: PlannedUse) =>
        hit.has(use.preset) &&
        use.moment >= from &&
        use.moment < to &&
        (type === undefined || use.type === type);
      await application.use(0, until, { adds, together, which });
      return undefined;
    },
  };
}

/** Uses between two moments, of hit presets alone: those of others at that time are not made. */
async function playHit({ application, hit }: Scene, from: number, to: number): Promise<void> {
  await application.play(
    application.uses.filter(({ preset, moment }) => hit.has(preset) && moment >= from && moment < to),
  );
}

function gap(width: number): Fault {
  return {
    cause: 'trigger-gap',
    async run(scene) {
      const { application, until } = scene;
      const off = between(scene, 0.2, 0.9 - width);
      await application.use(0, off);
      await application.script(disable);
      await playHit(scene, off, off + width);
      await application.script(enable);
      await application.use(off + width, until);
      return undefined;
    },
  };
}

/** Records of hit presets that the trigger does not see, at the times that `at` gives. */
function imports(
  at: (scene: Scene, from: number) => number | (() => number),
  how: 'disabled' | 'replica',
): Fault {
  return {
    cause: 'history-imported',
    async run(scene) {
      const { application, hit, until } = scene;
      const { random } = application.world;
      const from = 0.7 * until;
      await application.use(0, from);
      const time = at(scene, from);
      const rows = [...hit].flatMap(n =>
        Array.from({ length: random.whole(5, 40) }, () => {
          const when = typeof time === 'number' ? time : time();
          return `('${application.presets[n]}', 'generation', to_timestamp(${when / 1000}))`;
        }),
      );
      const insert = `INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES ${rows.join(', ')}`;
      await application.script(
        how === 'disabled'
          ? `${disable}; ${insert}; ${enable}`
          : `BEGIN; SET LOCAL session_replication_role = replica; ${insert}; COMMIT`,
      );
      await application.use(from, until);
      return undefined;
    },
  };
}

/** All uses, and then some statements. */
function then(
  cause: Cause,
  statements: (scene: Scene) => string | readonly string[],
  over: Partial<Fault> = {},
): Fault {
  return {
    cause,
    async run(scene) {
      await scene.application.use(0, scene.until);
      const text = statements(scene);
      if (typeof text === 'string') await scene.application.script(text);
      else await apart(scene, text);
      return undefined;
    },
    ...over,
  };
}

/** Uses under another definition of the counting, set up from the beginning. */
function under(cause: Cause, setUp: string, over: Partial<Fault> = {}, after = ''): Fault {
  return {
    cause,
    shape: 'marked',
    whole: true,
    async run({ application, until }) {
      await application.script(setUp);
      await application.use(0, until);
      if (after !== '') await application.script(after);
      return undefined;
    },
    ...over,
  };
}

/** Increments without a record, each in a transaction of its own. */
function counted(statement: (id: string) => string, setUp = ''): Fault {
  return {
    cause: 'counted-without-record',
    async run(scene) {
      const { application, hit, until } = scene;
      const { random } = application.world;
      await application.script(setUp);
      const middle = between(scene, 0.3, 0.8);
      await application.use(0, middle);
      const ids = [...hit].flatMap(n =>
        Array.from({ length: random.whole(3, 25) }, () => application.presets[n]!),
      );
      await apart(scene, random.shuffle(ids).map(statement));
      await application.use(middle, until);
      return undefined;
    },
  };
}

/** Upserts of hit presets: each slot of a preset is used several times and stored once. */
function upserts(setUp: string, use: (id: string, slot: number) => string, end = ''): Fault {
  return {
    cause: 'upsert-counted',
    shape: 'daily',
    async run(scene) {
      const { application, hit, until } = scene;
      const { random } = application.world;
      await application.use(0, until);
      await application.script(setUp);
      const statements = [...hit].flatMap(n =>
        Array.from({ length: random.whole(6, 20) }, () => use(application.presets[n]!, random.whole(1, 4))),
      );
      await apart(scene, random.shuffle(statements));
      await application.script(end);
      return undefined;
    },
  };
}

/** The hit presets in pairs: records of the first of each go to the second. */
const pairsOf = ({ hit }: Scene) => {
  const all = [...hit];
  return Array.from({ length: all.length >> 1 }, (_, n) => [all[2 * n]!, all[2 * n + 1]!] as const);
};

/** Each moves records to the other of its pair; one that is left over is not hit. */
function moves(
  statement: (from: string, to: string) => string,
  expected: (first: boolean) => Cause | null,
): Fault {
  return {
    cause: 'records-moved',
    async run(scene) {
      const { application, until } = scene;
      await application.use(0, until);
      const pairs = pairsOf(scene);
      await apart(
        scene,
        pairs.map(([from, to]) => statement(application.presets[from]!, application.presets[to]!)),
      );
      return preset => (pairs.some(pair => pair.includes(preset)) ? expected(true) : null);
    },
  };
}

const upsert = (update: string) => (id: string, slot: number) =>
  `INSERT INTO preset_usage (preset_id, usage_type, slot) VALUES ('${id}', 'generation', ${slot}) ON CONFLICT (preset_id, slot) DO ${update}`;

const someOf = (share: number) =>
  `id IN (SELECT id FROM preset_usage r2 WHERE r2.preset_id = r.preset_id ORDER BY md5(r2.id::text) LIMIT greatest(2, (SELECT ${share} * count(*) FROM preset_usage r3 WHERE r3.preset_id = r.preset_id)::int))`;

/** What can go wrong, by name. */
export const faults: Record<string, Fault> = {
  'counted by hand, always': byHand(1, false, ({ until }) => [0, until]),
  'counted by hand in the transaction of the record, since a release': byHand(1, true, scene => [
    between(scene, 0.5, 0.9),
    scene.until,
  ]),
  'counted by hand twice more, since a release': byHand(2, false, scene => [
    between(scene, 0.6, 0.9),
    scene.until,
  ]),
  'counted by hand from one release to the next': byHand(1, false, scene => {
    const from = between(scene, 0.2, 0.6);
    return [from, from + 0.15];
  }),
  'counted by hand for one type of use': byHand(1, false, ({ until }) => [0, until], 'upscale'),
  'two counting triggers': {
    cause: 'double-counted',
    whole: true,
    async run({ application, until }) {
      await application.use(0, 0.8 * until);
      await application.script(secondTrigger);
      await application.use(0.8 * until, until);
      await application.script(until < 1 ? 'DROP TRIGGER second ON preset_usage' : '');
      return undefined;
    },
  },
  'loaded with triggers on': {
    cause: 'double-counted',
    whole: true,
    async run({ application, until }) {
      await application.use(0, until);
      await application.script(`CREATE TABLE saved AS SELECT * FROM preset_usage; CREATE TABLE kept AS SELECT * FROM presets;
        DELETE FROM presets; INSERT INTO presets SELECT * FROM kept`);
      // As a new server has it: the statistics begin with the load.
      await application.forgetStatistics();
      await application.script('INSERT INTO preset_usage SELECT * FROM saved; DROP TABLE saved, kept');
      return undefined;
    },
  },
  'the trigger disabled for a while': gap(0.2),
  'the trigger disabled, and still': {
    cause: 'trigger-gap',
    async run(scene) {
      const { application, until } = scene;
      const off = between(scene, 0.6, 0.9);
      await application.use(0, off);
      await application.script(disable);
      await playHit(scene, off, until);
      if (until < 1) await application.script(enable);
      return undefined;
    },
  },
  'clients that insert, read and write at once': {
    cause: 'lost-updates',
    whole: true,
    async run({ application, until }) {
      const { random } = application.world;
      await application.use(0, until, { adds: 1, together: false });
      const busy = new Set(random.shuffle(application.presets.map((_, n) => n)).slice(0, 8));
      for (const preset of busy) {
        for (let times = 0; times < 3; times += 1) {
          await application.race(preset, until * random.fraction(), insertThenCount);
        }
      }
      return preset => (busy.has(preset) ? ['lost-updates', 'double-counted'] : 'double-counted');
    },
  },
  'clients that read, insert and write at once': {
    cause: 'lost-updates',
    async run({ application, hit, until }) {
      const { random } = application.world;
      await application.use(0, until);
      for (const preset of hit) {
        for (let times = 0; times < 3; times += 1) {
          await application.race(preset, until * random.fraction(), readThenInsert);
        }
      }
      return undefined;
    },
  },
  'old records deleted': then('history-deleted', scene => {
    const before = scene.application.at(between(scene, 0.2, 0.6)) / 1000;
    return `DELETE FROM preset_usage WHERE created_at < to_timestamp(${before}) AND preset_id IN (${idsOf(scene)})`;
  }),
  'the newest records deleted': then('history-deleted', scene => {
    const after = scene.application.at(between(scene, 0.75, 0.95)) / 1000;
    return `DELETE FROM preset_usage WHERE created_at > to_timestamp(${after}) AND preset_id IN (${idsOf(scene)})`;
  }),
  'some records deleted, one by one': then('history-deleted', scene => [
    `DELETE FROM preset_usage r WHERE preset_id IN (${idsOf(scene)}) AND ${someOf(0.3)}`,
  ]),
  'records deleted with their users': then(
    'history-deleted',
    ({ application: { users } }) => `DELETE FROM users WHERE id IN ('${users[2]}', '${users[7]}')`,
    { whole: true },
  ),
  'records and presets of users deleted': then(
    'history-deleted',
    ({ application: { users, presets } }) =>
      `DELETE FROM users WHERE id IN ('${users[2]}', '${users[7]}'); DELETE FROM presets WHERE id IN ('${presets.slice(0, 3).join("', '")}')`,
    { whole: true },
  ),
  'records deleted, and other presets with theirs': then('history-deleted', scene => {
    const { application, hit } = scene;
    const gone = application.presets.map((_, n) => n).filter(n => !hit.has(n));
    return [
      `DELETE FROM preset_usage r WHERE preset_id IN (${idsOf(scene)}) AND ${someOf(0.3)}`,
      `DELETE FROM presets WHERE id IN (${idsOf(scene, gone.slice(0, 2))})`,
    ];
  }),
  'a retention job of pg_cron': then(
    'history-deleted',
    scene => {
      const before = scene.application.at(between(scene, 0.3, 0.6)) / 1000;
      return `CREATE SCHEMA cron; CREATE TABLE cron.job (jobid bigint, schedule text, command text, nodename text, nodeport int, database text, username text, active boolean, jobname text);
        INSERT INTO cron.job VALUES (1, '0 3 * * *', 'DELETE FROM public.preset_usage WHERE created_at < now() - interval ''60 days''', 'localhost', 5432, current_database(), 'postgres', true, 'retention');
        DELETE FROM preset_usage WHERE created_at < to_timestamp(${before})`;
    },
    { whole: true },
  ),
  'records emptied (TRUNCATE)': {
    cause: 'history-deleted',
    whole: true,
    async run({ application, until }) {
      await application.use(0, 0.8 * until);
      await application.script('TRUNCATE preset_usage');
      await application.use(0.8 * until, until);
      return undefined;
    },
  },
  'a partition dropped': then(
    'history-deleted',
    () => 'DROP TABLE preset_usage_0, preset_usage_1, preset_usage_2',
    {
      shape: 'partitioned',
      whole: true,
    },
  ),
  'a partition detached': then(
    'history-deleted',
    () =>
      'ALTER TABLE preset_usage DETACH PARTITION preset_usage_2; ALTER TABLE preset_usage_2 RENAME TO archive',
    { shape: 'partitioned', whole: true },
  ),
  'imported at one time': imports(({ application }, from) => application.at(from), 'disabled'),
  'imported as a replica, spread over the time': imports(
    ({ application }, from) =>
      () =>
        application.at(from * application.world.random.fraction()),
    'replica',
  ),
  'older history imported': imports(
    ({ application }) =>
      () =>
        application.at(-application.world.random.fraction()),
    'disabled',
  ),
  'a reset that kept the records': then(
    'reset-kept-history',
    scene => `UPDATE presets SET usage_count = 0, last_used_at = NULL WHERE id IN (${idsOf(scene)})`,
  ),
  'a reset of the count alone': then(
    'reset-kept-history',
    scene => `UPDATE presets SET usage_count = 0 WHERE id IN (${idsOf(scene)})`,
  ),
  'NULL counts': {
    cause: 'null-count',
    async run(scene) {
      const { application, hit, until } = scene;
      await application.use(0, until);
      await application.script(`UPDATE presets SET usage_count = NULL WHERE id IN (${idsOf(scene)})`);
      // The next use makes a number of it, and nothing shows any more that it was not 0.
      return preset =>
        !hit.has(preset) ? null : until < 1 ? ['null-count', 'reset-kept-history'] : 'null-count';
    },
  },
  'a default of 3': under(
    'default-not-zero',
    // Unlike an UPDATE this leaves no trace in the statistics: so the rows were made.
    'ALTER TABLE presets ALTER COLUMN usage_count TYPE integer USING 3, ALTER COLUMN usage_count SET DEFAULT 3',
    { shape: 'plain' },
  ),
  'increment_preset_usage_count() called alone': counted(
    id => `PERFORM increment_preset_usage_count('${id}')`,
    `CREATE OR REPLACE FUNCTION increment_preset_usage_count(p_preset_id uuid) RETURNS void LANGUAGE sql AS
      $$ UPDATE presets SET usage_count = coalesce(usage_count, 0) + 1, last_used_at = now() WHERE id = p_preset_id $$`,
  ),
  'counted by the application without a record': counted(
    id => `UPDATE presets SET usage_count = usage_count + 1 WHERE id = '${id}'`,
  ),
  'some records moved to another preset': moves(
    (from, to) =>
      `UPDATE preset_usage r SET preset_id = '${to}' WHERE preset_id = '${from}' AND ${someOf(0.4)}`,
    () => 'records-moved',
  ),
  'presets merged': moves(
    (from, to) => `UPDATE preset_usage SET preset_id = '${to}' WHERE preset_id = '${from}'`,
    () => 'records-moved',
  ),
  'presets merged, and the old ones deleted': moves(
    (from, to) =>
      `UPDATE preset_usage SET preset_id = '${to}' WHERE preset_id = '${from}'; DELETE FROM presets WHERE id = '${from}'`,
    () => 'records-moved',
  ),
  'records deleted softly, and taken off the count': then(
    'records-excluded',
    scene => [
      `UPDATE preset_usage r SET deleted_at = now() WHERE preset_id IN (${idsOf(scene)}) AND ${someOf(0.3)}`,
      'UPDATE presets p SET usage_count = usage_count - d.n FROM (SELECT preset_id, count(*) AS n FROM preset_usage WHERE deleted_at IS NOT NULL GROUP BY 1) d WHERE d.preset_id = p.id',
    ],
    { shape: 'marked' },
  ),
  'counts set to the records that are not deleted softly': then(
    'records-excluded',
    scene => [
      `UPDATE preset_usage r SET deleted_at = now() WHERE preset_id IN (${idsOf(scene)}) AND ${someOf(0.2)}`,
      'UPDATE presets p SET usage_count = (SELECT count(*) FROM preset_usage r WHERE r.preset_id = p.id AND deleted_at IS NULL)',
    ],
    { shape: 'marked' },
  ),
  'a WHEN condition on the type': under(
    'records-excluded',
    rowTrigger('AFTER INSERT', '', "WHEN (NEW.usage_type <> 'upscale')"),
  ),
  'a condition in the body on the type': under(
    'records-excluded',
    rowTrigger('AFTER INSERT', "IF NEW.usage_type <> 'generation' THEN RETURN NEW; END IF;"),
  ),
  'a condition in the body on test uses': under(
    'records-excluded',
    `CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.is_test := random() < 0.2; RETURN NEW; END $$;
     CREATE TRIGGER mark BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION mark();
     ${rowTrigger('AFTER INSERT', 'IF NEW.is_test THEN RETURN NEW; END IF;')}`,
  ),
  'a condition in the body on anonymous uses': under(
    'records-excluded',
    `CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF random() < 0.15 THEN NEW.user_id := NULL; END IF; RETURN NEW; END $$;
     CREATE TRIGGER mark BEFORE INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION mark();
     ${rowTrigger('AFTER INSERT', 'IF NEW.user_id IS NULL THEN RETURN NEW; END IF;')}`,
  ),
  'upserts under a BEFORE trigger': upserts(
    rowTrigger('BEFORE INSERT'),
    upsert("UPDATE SET usage_type = 'again'"),
  ),
  'upserts that do nothing, under a BEFORE trigger': upserts(rowTrigger('BEFORE INSERT'), upsert('NOTHING')),
  'upserts under a trigger on INSERT OR UPDATE': upserts(
    rowTrigger('AFTER INSERT OR UPDATE'),
    upsert("UPDATE SET usage_type = 'again'"),
  ),
  'upserts counted by the application': upserts(
    disable,
    (id, slot) =>
      `${upsert("UPDATE SET usage_type = 'again'")(id, slot)}; UPDATE presets SET usage_count = usage_count + 1, last_used_at = now() WHERE id = '${id}'`,
    enable,
  ),
  'deleted records subtracted by the trigger and by hand': {
    cause: 'deleted-twice',
    async run(scene) {
      const { application, until } = scene;
      await application.script(subtracting('subtract'));
      await application.use(0, until);
      await apart(
        scene,
        [...scene.hit].flatMap(n =>
          Array.from({ length: application.world.random.whole(2, 6) }, () => {
            const id = application.presets[n]!;
            return `DELETE FROM preset_usage WHERE id = (SELECT id FROM preset_usage WHERE preset_id = '${id}' LIMIT 1); UPDATE presets SET usage_count = usage_count - 1 WHERE id = '${id}'`;
          }),
        ),
      );
      return undefined;
    },
  },
  'deleted records subtracted by two triggers': {
    cause: 'deleted-twice',
    async run(scene) {
      const { application, until } = scene;
      await application.script(`${subtracting('subtract')}; ${subtracting('subtract_again')}`);
      await application.use(0, until);
      await application.script(
        `DELETE FROM preset_usage r WHERE preset_id IN (${idsOf(scene)}) AND ${someOf(0.2)}`,
      );
      return undefined;
    },
  },
};
