import postgres from 'postgres';

// A control for what an idle console takes: a program with the same driver that only reads the rows of one window, with their records, as
// often as the console does. It shows nothing.
const pause = 2_000;

const [, , rows = '44'] = process.argv;
const sql = postgres(process.env.DATABASE_URL ?? '', { max: 1, prepare: false, fetch_types: false });
process.stdin.setRawMode(true);
process.stdin.once('data', () => process.exit());

const read = () =>
  sql.begin('read only', inside =>
    inside.unsafe(
      `SELECT id, name, usage_count,
              (SELECT count(*) FROM preset_usage WHERE preset_usage.preset_id = presets.id) AS records
       FROM presets ORDER BY usage_count DESC, id LIMIT ${Number(rows)}`,
    ),
  );
await read();
process.stdout.write('ready\n');
setInterval(() => void read(), pause);
