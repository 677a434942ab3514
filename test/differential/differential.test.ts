import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../source/connection/transactions.ts';
import { connectTo } from '../helpers/connect.ts';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { scaled, timeLimit } from '../helpers/scale.ts';
import { simplified } from './choices.ts';
import { type Compared, compared } from './compare.ts';
import { generated } from './generate.ts';

let own: TestDatabase;
let database: Database;
beforeAll(async () => {
  own = await createDatabase('template1');
  database = connectTo(own.url);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const seeds = scaled(16, 4_000);

test(
  'what is said of generated bodies is what they do',
  async () => {
    const losses = new Map<string, number>();
    let certain = 0;
    for (let seed = 0; seed < seeds; seed += 1) {
      const result = await compared(own.sql, database, generated(seed));
      expect(faultText(result) && (await reduced(seed)), `seed ${seed}`).toBe('');
      if (result?.isCertain) certain += 1;
      if (result?.loss) losses.set(result.loss, (losses.get(result.loss) ?? 0) + 1);
    }
    // What is not read is compared with nothing.
    expect(certain).toBeGreaterThan(seeds / 4);
    const often = [...losses].toSorted(([, one], [, other]) => other - one).slice(0, scaled(0, 20));
    for (const [reason, times] of often) console.info(`${times} right and not certain: ${reason}`);
  },
  timeLimit(300_000),
);

function faultText(result: Compared | null): string {
  return (result?.faults ?? [])
    .map(({ kind, event, sql, wrong }) => `${kind} ${event}: ${sql}\n${wrong}`)
    .join('\n');
}

/** The simplest body that shows the same fault, with what is said of it and what it does. */
async function reduced(seed: number): Promise<string> {
  const [first] = (await compared(own.sql, database, generated(seed)))?.faults ?? [];
  const isSame = (result: Compared | null) =>
    result?.faults.some(({ kind, event }) => kind === first?.kind && event === first.event) ?? false;
  const answers = await simplified(generated(seed).answers, async each =>
    isSame(await compared(own.sql, database, generated(each))),
  );
  const result = await compared(own.sql, database, generated(answers));
  return [result?.made.sql, result?.said, faultText(result)].join('\n\n');
}
