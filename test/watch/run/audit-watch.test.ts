import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../source/connection/transactions.ts';
import type { AuditSummary } from '../../../source/counter/audit/audit-counters.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';
import { Watch } from '../../../source/watch/run/watch.ts';
import { connectTo } from '../../helpers/connect.ts';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../../helpers/database.ts';
import { type EmbeddedServer, startEmbedded } from '../../helpers/server.ts';
import { waitFor } from '../../helpers/wait.ts';
import { migration, runFile } from '../../psql/files.ts';

// A server of its own: the tests beside this one write all the time.
let server: EmbeddedServer;
let own: TestDatabase;
let writer: postgres.Sql;

beforeAll(async () => {
  server = await startEmbedded(['-c', 'autovacuum=off']);
  own = await createDatabase('template1', server.url);
  writer = postgres(own.url, { max: 1, onnotice: () => {} });
  for (const file of ['demo-schema.sql', migration]) await runFile(own.url, file);
}, 120_000);
afterAll(async () => {
  await writer.end();
  await own.drop();
  await server.stop();
});

/** A database that notes each statement that reads a page of an audit. */
function noting(database: Database): { database: Database; pages: () => number } {
  let pages = 0;
  return {
    pages: () => pages,
    database: {
      ...database,
      read: (work, options) =>
        database.read(
          reader =>
            work({
              ...reader,
              rows: (text, ...rest) => {
                if (text.startsWith('WITH audited')) pages += 1;
                return reader.rows(text, ...rest);
              },
            }),
          options,
        ),
    },
  };
}

test('an audit reads pages only after something was written, and then sees it', async () => {
  const [id = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, id, 3);
  const real = connectTo(own.url);
  const { database, pages } = noting(real);
  const audits: AuditSummary[] = [];
  const drifted: string[] = [];
  const watch = new Watch(database, {
    counter: 'public',
    interval: 20,
    firstRows: 10,
    focus: () => ({ ids: [], detail: null, answers: false }),
    onEvent(event) {
      if (event.type === 'audit-done') audits.push(event.summary);
      if (event.type === 'drift') drifted.push(...event.events.map(({ preset }) => preset.name));
    },
  });
  const audit = async (what: string) => {
    const before = audits.length;
    watch.refresh();
    await waitFor(async () => audits.length > before, what);
    return audits.at(-1)?.totals;
  };
  try {
    await waitFor(async () => audits.length > 0, 'the first audit');
    const first = pages();
    expect(first).toBeGreaterThan(0);
    const accurate = { rows: 1, accurate: 1, records: 3 };
    expect(await audit('another audit')).toMatchObject(accurate);
    expect(await audit('a third audit')).toMatchObject(accurate);
    expect(pages()).toBe(first);

    await writer`UPDATE presets SET usage_count = usage_count + 1`;
    expect(await audit('an audit of what was written')).toMatchObject({ rows: 1, accurate: 0, records: 3 });
    expect(pages()).toBeGreaterThan(first);
    await waitFor(async () => drifted.length > 0, 'the drift to be told');
    expect(drifted).toEqual(['Noir']);
  } finally {
    watch.stop();
    await real.close();
  }
});

test('an audit that was asked for while one failed is due at once', async () => {
  const real = connectTo(own.url);
  const failures: number[] = [];
  let audits = 0;
  let fails = true;
  const database: Database = {
    ...real,
    read: (work, options) =>
      real.read(
        reader =>
          work({
            ...reader,
            rows: (text, ...rest) => {
              if (!fails || !text.startsWith('WITH audited')) return reader.rows(text, ...rest);
              fails = false;
              watch.refresh();
              throw new ConsoleError({
                code: 'rows-hidden',
                message: 'Hidden.',
                hint: 'Again.',
                exitCode: 3,
              });
            },
          }),
        options,
      ),
  };
  const watch = new Watch(database, {
    counter: 'public',
    interval: 20,
    firstRows: 10,
    focus: () => ({ ids: [], detail: null, answers: false }),
    onEvent(event) {
      if (event.type === 'audit-failure') failures.push(event.retryAt - Date.now());
      if (event.type === 'audit-done') audits += 1;
    },
  });
  try {
    await waitFor(async () => audits > 0, 'the audit that was asked for');
    expect(failures).toHaveLength(1);
    expect(failures[0]).toBeLessThanOrEqual(0);
  } finally {
    watch.stop();
    await real.close();
  }
});
