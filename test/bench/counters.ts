import postgres from 'postgres';
import { findCounters } from '../../source/counters/run.ts';
import { connectTo } from '../helpers/connect.ts';
import { prefix } from './database.ts';
import type { Figure } from './figure.ts';
import { largeSchema } from './large-schema.ts';
import { benchTenCounters } from './ten-counters.ts';

/** Finds the counters of a large schema, and audits ten. */
export async function benchCounters(server: string, say: (line: string) => void): Promise<Figure[]> {
  return [...(await benchSearch(server, say)), ...(await benchTenCounters(server, say))];
}

/** Finds the counters of a database with 2,000 tables and 1,500 functions. */
async function benchSearch(server: string, say: (line: string) => void): Promise<Figure[]> {
  const name = `${prefix}counters_${process.pid}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  const url = new URL(server);
  url.pathname = `/${name}`;
  try {
    await admin`CREATE DATABASE ${admin(name)}`;
    const { statements, kept } = largeSchema();
    say('making 2,000 tables and 1,500 functions');
    const sql = postgres(url.href, { max: 1, onnotice: () => {} });
    for (const each of statements) await sql.unsafe(each).simple();
    await sql`ANALYZE`;
    await sql.end();
    const database = connectTo(url.href);
    const [start, before] = [performance.now(), process.cpuUsage()];
    const { counters } = await findCounters(database, 'public');
    const [took, { user }] = [performance.now() - start, process.cpuUsage(before)];
    await database.close();
    if (counters.length !== kept) throw new Error(`${counters.length} of ${kept} counters were found.`);
    return [
      {
        name: `search for ${kept} counters`,
        value: took,
        unit: 'ms',
        target: 'at most 2000',
        met: took <= 2_000,
      },
      { name: 'user CPU of it, without the parsing process', value: user / 1_000, unit: 'ms' },
    ];
  } finally {
    await admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`;
    await admin.end();
  }
}
