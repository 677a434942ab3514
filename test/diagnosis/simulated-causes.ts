import type postgres from 'postgres';
import type { Cause } from '../../source/diagnosis/diagnosis.ts';
import type { Application, PlannedUse } from '../helpers/application.ts';

/** Something that goes wrong in a database: does it, and lists the diagnosis that each wrong preset must get. */
export interface Simulation {
  name: string;
  run(application: Application): Promise<(preset: number) => Cause | null>;
}

const always = (cause: Cause) => () => cause;
const disable = 'ALTER TABLE preset_usage DISABLE TRIGGER trigger_auto_increment_preset_usage_count';
const enable = 'ALTER TABLE preset_usage ENABLE TRIGGER trigger_auto_increment_preset_usage_count';
const secondTrigger = `
  CREATE OR REPLACE FUNCTION count_again() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE presets SET usage_count = usage_count + 1 WHERE id = NEW.preset_id; RETURN NEW; END $$;
  CREATE TRIGGER second AFTER INSERT ON preset_usage FOR EACH ROW EXECUTE FUNCTION count_again()`;

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

/** Imported uses of ten presets; `at` gives their times. */
function imported(application: Application, at: (n: number) => number): string {
  const { random } = application.world;
  const rows = application.presets
    .slice(0, 10)
    .flatMap(id =>
      Array.from(
        { length: random.whole(5, 40) },
        (_, n) => `('${id}', 'generation', to_timestamp(${at(n) / 1000}))`,
      ),
    );
  return `INSERT INTO preset_usage (preset_id, usage_type, created_at) VALUES ${rows.join(', ')}`;
}

export const simulations: Simulation[] = [
  {
    name: 'counted by hand in a transaction of its own, some presets, always',
    async run(application) {
      await application.use(0, 1, { adds: 1, together: false, which: ({ preset }) => preset < 8 });
      return always('double-counted');
    },
  },
  {
    name: 'counted by hand in the transaction of the record, since a release',
    async run(application) {
      const release = 0.5 + 0.45 * application.world.random.fraction();
      await application.use(0, release);
      await application.use(release, 1, { adds: 1, together: true });
      return always('double-counted');
    },
  },
  {
    name: 'counted by hand twice more, since a release',
    async run(application) {
      const release = 0.7 + 0.25 * application.world.random.fraction();
      await application.use(0, release);
      await application.use(release, 1, { adds: 2, together: false });
      return always('double-counted');
    },
  },
  {
    name: 'counted by hand from one release to the next',
    async run(application) {
      const release = 0.2 + 0.5 * application.world.random.fraction();
      await application.use(0, release);
      await application.use(release, release + 0.06, { adds: 1, together: false });
      await application.use(release + 0.06, 1);
      return always('double-counted');
    },
  },
  {
    name: 'counted by hand for one type of use, since a release',
    async run(application) {
      const release = 0.3 + 0.5 * application.world.random.fraction();
      await application.use(0, release);
      await application.use(release, 1, {
        adds: 1,
        together: false,
        which: ({ type }) => type === 'upscale',
      });
      return always('double-counted');
    },
  },
  {
    name: 'two counting triggers',
    async run(application) {
      await application.use(0, 0.8);
      await application.script(secondTrigger);
      await application.use(0.8, 1);
      return always('double-counted');
    },
  },
  {
    name: 'two counting triggers for a while',
    async run(application) {
      await application.use(0, 0.6);
      await application.script(secondTrigger);
      await application.use(0.6, 0.7);
      await application.script('DROP TRIGGER second ON preset_usage');
      await application.use(0.7, 1);
      return always('double-counted');
    },
  },
  {
    name: 'the trigger disabled for a while',
    async run(application) {
      const off = 0.1 + 0.7 * application.world.random.fraction();
      await application.use(0, off);
      await application.script(disable);
      await application.use(off, off + 0.03);
      await application.script(enable);
      await application.use(off + 0.03, 1);
      return always('trigger-gap');
    },
  },
  {
    name: 'the trigger disabled, and still',
    async run(application) {
      const off = 0.8 + 0.18 * application.world.random.fraction();
      await application.use(0, off);
      await application.script(disable);
      await application.use(off, 1);
      return always('trigger-gap');
    },
  },
  {
    name: 'clients that insert, read and write at once',
    async run(application) {
      const { random } = application.world;
      await application.use(0, 1, { adds: 1, together: false });
      const busy = new Set(random.shuffle(application.presets.map((_, n) => n)).slice(0, 8));
      for (const preset of busy) {
        for (let times = 0; times < 3; times += 1) {
          await application.race(preset, random.fraction(), insertThenCount);
        }
      }
      return preset => (busy.has(preset) ? 'lost-updates' : 'double-counted');
    },
  },
  {
    name: 'clients that read, insert and write at once',
    async run(application) {
      const { random } = application.world;
      await application.use(0, 1);
      for (const preset of random.shuffle(application.presets.map((_, n) => n)).slice(0, 8)) {
        for (let times = 0; times < 3; times += 1) {
          await application.race(preset, random.fraction(), readThenInsert);
        }
      }
      return always('lost-updates');
    },
  },
  {
    name: 'old records deleted by a retention job',
    async run(application) {
      await application.use(0, 1);
      const before = application.at(0.1 + 0.5 * application.world.random.fraction());
      await application.script(`DELETE FROM preset_usage WHERE created_at < to_timestamp(${before / 1000})`);
      return always('history-deleted');
    },
  },
  {
    name: 'records deleted with their users',
    async run(application) {
      await application.use(0, 1);
      await application.script(
        `DELETE FROM users WHERE id IN ('${application.users[2]}', '${application.users[7]}')`,
      );
      return always('history-deleted');
    },
  },
  {
    name: 'the newest records deleted',
    async run(application) {
      await application.use(0, 1);
      const after = application.at(0.97 - 0.1 * application.world.random.fraction());
      await application.script(`DELETE FROM preset_usage WHERE created_at > to_timestamp(${after / 1000})`);
      return always('history-deleted');
    },
  },
  {
    name: 'history imported at one time with the trigger off',
    async run(application) {
      await application.use(0, 0.7);
      const at = application.at(0.7);
      await application.script(`${disable}; ${imported(application, () => at)}; ${enable}`);
      await application.use(0.7, 1);
      return always('history-imported');
    },
  },
  {
    name: 'history imported as a replica, spread over the time',
    async run(application) {
      await application.use(0, 0.7);
      const { random } = application.world;
      await application.script(
        `BEGIN; SET LOCAL session_replication_role = replica; ${imported(application, () => application.at(0.7 * random.fraction()))}; COMMIT`,
      );
      await application.use(0.7, 1);
      return always('history-imported');
    },
  },
  {
    name: 'older history imported with the trigger off',
    async run(application) {
      await application.use(0, 1);
      const { random } = application.world;
      await application.script(
        `${disable}; ${imported(application, () => application.at(-random.fraction()))}; ${enable}`,
      );
      return always('history-imported');
    },
  },
  {
    name: 'a reset that kept the records',
    async run(application) {
      await application.use(0, 1);
      await application.script('UPDATE presets SET usage_count = 0, last_used_at = NULL');
      return always('reset-kept-history');
    },
  },
  {
    name: 'a reset that kept the records, and uses since',
    async run(application) {
      const reset = 0.3 + 0.6 * application.world.random.fraction();
      await application.use(0, reset);
      await application.script('UPDATE presets SET usage_count = 0, last_used_at = NULL');
      await application.use(reset, 1);
      return always('reset-kept-history');
    },
  },
  {
    name: 'NULL counts',
    async run(application) {
      await application.use(0, 1);
      await application.script(
        `UPDATE presets SET usage_count = NULL WHERE id IN ('${application.presets.slice(0, 6).join("', '")}')`,
      );
      return always('null-count');
    },
  },
  {
    name: 'two causes: counted by hand for some presets, history imported for others',
    async run(application) {
      const byHand = (use: PlannedUse) => use.preset >= 20 && use.preset < 28;
      await application.use(0, 0.7, { adds: 1, together: false, which: byHand });
      const at = application.at(0.7);
      await application.script(`${disable}; ${imported(application, () => at)}; ${enable}`);
      await application.use(0.7, 1, { adds: 1, together: false, which: byHand });
      return preset => (preset < 10 ? 'history-imported' : 'double-counted');
    },
  },
  {
    name: 'two causes: the trigger disabled for a while, records of some presets deleted',
    async run(application) {
      // Only records of presets that were not used while the trigger was off are deleted, so that each preset has one cause.
      const off = application.uses.filter(({ moment }) => moment >= 0.5 && moment < 0.53);
      const idle = application.presets.flatMap((_, n) => (off.some(({ preset }) => preset === n) ? [] : [n]));
      const cleared = new Set(idle.slice(0, 8));
      await application.use(0, 0.5);
      await application.script(disable);
      await application.use(0.5, 0.53);
      await application.script(enable);
      await application.use(0.53, 1);
      const ids = [...cleared].map(n => application.presets[n]).join("', '");
      await application.script(
        `DELETE FROM preset_usage WHERE preset_id IN ('${ids}') AND created_at < to_timestamp(${application.at(0.4) / 1000})`,
      );
      return preset => (cleared.has(preset) ? 'history-deleted' : 'trigger-gap');
    },
  },
];

type Noise = (application: Application, records: number) => number;

const noises: Record<string, Noise> = {
  'one or two off': ({ world: { random } }) => random.pick([-2, -1, 1, 2]),
  'up to twenty off': ({ world: { random } }) => random.whole(-20, 20),
  'a tenth too high': (_, records) => Math.round(records / 10),
  'up to a third too low': ({ world: { random } }, records) => -Math.round((records / 3) * random.fraction()),
  'any number at all': ({ world: { random } }, records) => random.whole(0, 150) - records,
  'up to twice as high': ({ world: { random } }, records) => random.whole(1, 2 * records),
};

/** Counts that are wrong by chance; `share` of all presets, each written in its own transaction or all in one. */
export const noise: Simulation[] = Object.entries(noises).flatMap(([name, by]) =>
  [0.15, 0.6].map(share => ({
    name: `noise: ${name}, ${Math.round(share * 100)} % of presets`,
    async run(application: Application) {
      const { random } = application.world;
      await application.use(0, 1);
      const together = random.fraction() < 0.5;
      const writes = application.presets.flatMap((id, n) => {
        if (random.fraction() > share) return [];
        const records = application.uses.filter(({ preset }) => preset === n).length;
        // A count below 0 is not plausible, and 0 would be a reset.
        const drift = Math.max(by(application, records), 1 - records);
        return [`UPDATE presets SET usage_count = usage_count + ${drift} WHERE id = '${id}';`];
      });
      for (const write of together ? [`BEGIN; ${writes.join(' ')} COMMIT`] : writes)
        await application.script(write);
      return always('unknown');
    },
  })),
);
