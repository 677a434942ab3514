import type { Application } from '../helpers/application.ts';
import type { Fault } from './faults.ts';

type Shift = (application: Application, records: number) => number;

const shifts: Record<string, Shift> = {
  'one or two off': ({ world: { random } }) => random.pick([-2, -1, 1, 2]),
  'up to twenty off': ({ world: { random } }) => random.whole(-20, 20),
  'a tenth too high': (_, records) => Math.round(records / 10),
  'up to a third too low': ({ world: { random } }, records) => -Math.round((records / 3) * random.fraction()),
  'any number at all': ({ world: { random } }, records) => random.whole(0, 150) - records,
  'up to twice as high': ({ world: { random } }, records) => random.whole(1, 2 * records),
  'rounded to tens': (_, records) => Math.round(records / 10) * 10 - records,
};

/** What also happened, and explains nothing. */
const besides: Record<string, string> = {
  'every record updated': 'UPDATE preset_usage SET usage_data = \'{"v": 2}\'',
  'presets renamed': "UPDATE presets SET name = name || '!'",
  'a default that no preset began with': 'ALTER TABLE presets ALTER COLUMN usage_count SET DEFAULT 7',
  'a preset deleted': 'DELETE FROM presets WHERE id = (SELECT max(id::text)::uuid FROM presets)',
};

function noise(shift: Shift, also: string): Fault {
  return {
    cause: 'unknown',
    async run({ application, hit, until }) {
      const { random } = application.world;
      await application.use(0, until);
      await application.script(also);
      const together = random.fraction() < 0.5;
      const writes = [...hit].map(n => {
        const records = application.uses.filter(
          ({ preset, moment }) => preset === n && moment < until,
        ).length;
        // A count below 0 is not plausible, and 0 would be a reset.
        const drift = Math.max(shift(application, records), 1 - records);
        return `UPDATE presets SET usage_count = usage_count + ${drift} WHERE id = '${application.presets[n]}';`;
      });
      for (const write of together ? [`BEGIN; ${writes.join(' ')} COMMIT`] : writes)
        await application.script(write);
      return undefined;
    },
  };
}

/** Counts that are wrong by chance, by name. */
export const noises: Record<string, Fault> = {
  ...Object.fromEntries(Object.entries(shifts).map(([name, shift]) => [name, noise(shift, '')])),
  ...Object.fromEntries(
    Object.entries(besides).map(([name, also]) => [
      `up to twenty off; ${name}`,
      noise(shifts['up to twenty off']!, also),
    ]),
  ),
};
