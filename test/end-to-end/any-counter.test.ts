import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { keys, quitWithDrift, startTerminal, type Terminal, typeAfter } from '../helpers/terminal.ts';

let own: TestDatabase;
let state: string;
let terminal: Terminal | undefined;

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'any-counter-'));
  own = await createDatabase('template1');
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer DEFAULT 0);
      CREATE TABLE comments (id serial, post_id integer REFERENCES posts, deleted_at timestamptz);
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.deleted_at IS NULL THEN UPDATE posts SET comments_count = comments_count + 1 WHERE id = NEW.post_id; END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      CREATE TABLE sellers (id integer PRIMARY KEY, name text, revenue numeric DEFAULT 0);
      CREATE TABLE sales (seller_id integer REFERENCES sellers, amount numeric);
      CREATE FUNCTION add_sale() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE sellers SET revenue = revenue + NEW.amount WHERE id = NEW.seller_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER add_sale AFTER INSERT ON sales FOR EACH ROW EXECUTE FUNCTION add_sale();
      INSERT INTO posts VALUES (1, E'Hello \\x1b[31mred'), (2, 'Spring');
      INSERT INTO comments (post_id, deleted_at) VALUES (1, NULL), (1, NULL), (2, now());
      UPDATE posts SET comments_count = 7 WHERE id = 2;
      INSERT INTO sellers VALUES (1, 'Ada');
      INSERT INTO sales VALUES (1, 12.34), (1, 9007199254740993.0001);`)
    .simple();
});
afterAll(async () => {
  rmSync(state, { recursive: true });
  await own.drop();
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

function open(args: string[] = []): Terminal {
  terminal = startTerminal({
    columns: 120,
    rows: 40,
    args,
    env: { DATABASE_URL: own.url, XDG_STATE_HOME: state },
  });
  return terminal;
}

test(
  'a database without presets opens on the list of its counters, and C comes back to it',
  needsFullScale(),
  async () => {
    const console = open();
    const list = await console.until(/, 2 counters audited, 1 with wrong counts/);
    expect(list).toMatch(/› posts\.comments_count +comments +count_comment +certain +2 +1 +1\n/);
    expect(list).toMatch(/ {2}sellers\.revenue +sales +add_sale +certain +1 +1 +0\n/);
    expect(list).toMatch(/No counter is open\./);
    console.press(keys.enter);
    const posts = await console.until(/2 posts {2}1 accurate/);
    expect(posts).toMatch(/› Spring +7 +0 +\+7 +✗ Mismatch/);
    expect(posts).toMatch(/Hello red +2 +2 +0 +✓ Accurate/);
    console.press('t');
    await console.until(/a comment is inserted +\+1 +yes/);
    console.press('C');
    await console.until(/› posts\.comments_count/);
    console.press(keys.down);
    await console.until(/› sellers\.revenue/);
    console.press(keys.enter);
    const sellers = await console.until(/1 seller {2}Accurate/);
    expect(sellers).toMatch(/› Ada +9,007,199,254,741,005\.3401 +9,007,199,254,741,005\.3401 +0 +✓ Accurate/);
    console.resize(80, 24);
    console.press('C');
    await console.until(/› sellers\.revenue +sales/);
    console.press('g');
    await console.until(/› posts\.comments_count/);
    console.press(keys.escape);
    await console.until(/› Ada/);
    console.press('q');
    expect(await console.exit()).toBe(0);
  },
);

test('--counter opens on one, sees it drift, and brings it back in line', async () => {
  const console = open(['--counter', 'sellers.revenue']);
  await console.until(/1 seller {2}Accurate/);
  await own.sql`UPDATE sellers SET revenue = revenue + 1`;
  await console.until(/1 new in the drift log/);
  console.press('S');
  const plan = await console.until(/Nothing has been written/);
  expect(plan).toMatch(/Sync all sellers in/);
  expect(plan).toMatch(/Ada +9,007,199,254,741,006\.3401 +9,007,199,254,741,005\.3401 +-1\n/);
  console.press(keys.enter);
  await console.until(/Type this phrase/);
  await typeAfter('> ', console, `sync ${own.name} public.sellers.revenue 1`);
  console.press(keys.enter);
  await console.until(/Press H for the history/);
  const [ada] = await own.sql`SELECT revenue::text FROM sellers`;
  expect(ada).toEqual({ revenue: '9007199254741005.3401' });
  expect(await quitWithDrift(console)).toBe(0);
  expect(console.written()).toMatch(/public\.sellers\.revenue: 1 drift event of 1 seller/);
});

test('a counter has its own screens of what keeps it, a simulation and the checklist, at 80x24', async () => {
  terminal = startTerminal({ args: [], env: { DATABASE_URL: own.url, XDG_STATE_HOME: state } });
  const console = terminal;
  const before = await own.sql`SELECT p.*, (SELECT count(*) FROM comments) FROM posts p ORDER BY id`;
  await console.until(/› posts\.comments_count/);
  console.press(keys.enter);
  const list = await console.until(/comments_count ○ Trigger enabled \(origin\), 1 problem: press t/);
  expect(list).toMatch(/u simulate/);
  console.press('t');
  const health = await console.until(/a comment is deleted +- +no/);
  expect(health).toMatch(/Not healthy: public\.posts\.comments_count is not kept in every case/);
  expect(health).toMatch(/a comment is inserted +\+1 +yes +yes/);
  console.press(keys.escape);
  await console.until(/1 of 2/);
  console.press('u');
  const simulation = await console.until(/came out wrong after 4 of 8 steps/);
  expect(simulation).toMatch(/Simulated comments of Spring/);
  expect(simulation).toMatch(/✓ Adding one comment +comments_count 7 to 8 \(\+1\)/);
  expect(simulation).toMatch(
    /! Moving one comment to another post +comments_count 9 to 9 \(0, and\n +should/,
  );
  console.press('c');
  await console.until(/Testing checklist with Spring: 0 passed, 0 failed, 0 skipped, 6 pending/);
  console.press('a');
  const checklist = await console.until(/3 passed, 2 failed, 1 skipped, 0 pending/);
  expect(checklist).toMatch(/1 ✓ passed +The trigger exists and is enabled/);
  expect(checklist).toMatch(/2 ✗ failed +A new comment changes comments_count as it should/);
  expect(checklist).toMatch(/5 ✗ failed +Every count of comments is right/);
  expect(checklist).not.toMatch(/preset(?!-usage)|\buses?\b/);
  expect(await own.sql`SELECT p.*, (SELECT count(*) FROM comments) FROM posts p ORDER BY id`).toEqual(before);
  console.press('q', 'q');
  expect(await console.exit()).toBe(0);
});

test('a counter that is not there ends the console with what is', async () => {
  const console = open(['--counter', 'posts.likes']);
  expect(await console.exit()).toBe(3);
  expect(console.screen()).toMatch(/There is no counter posts\.likes in this database/);
  expect(console.screen()).toMatch(/public\.posts\.comments_count/);
});

test('the only counter of a database opens at once', async () => {
  await own.sql`DROP TABLE sales, sellers CASCADE`;
  const console = open();
  await console.until(/2 posts {2}1 accurate/);
  console.press('q');
  expect(await console.exit()).toBe(0);
});
