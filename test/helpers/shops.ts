import type postgres from 'postgres';
import { createRandom } from '../../source/demo/data/random.ts';
import { defined } from './definitions.ts';

/** One trigger keeps three counters right: a count, a sum and a count in another table, of approved sales alone. */
export const shopTables = `
  CREATE TABLE shops (id integer PRIMARY KEY, sales integer NOT NULL DEFAULT 0, taken numeric NOT NULL DEFAULT 0);
  CREATE TABLE shop_stats (shop_id integer PRIMARY KEY, sales bigint NOT NULL DEFAULT 0);
  CREATE TABLE sales (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shop_id integer, approved boolean NOT NULL, price numeric);
  CREATE INDEX ON sales (shop_id) INCLUDE (approved, price);
  CREATE FUNCTION count_sale(shop integer, by integer, price numeric) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE shops SET sales = sales + by, taken = taken + by * coalesce(price, 0) WHERE id = shop;
    INSERT INTO shop_stats VALUES (shop, by) ON CONFLICT (shop_id) DO UPDATE SET sales = shop_stats.sales + by;
  END $$;
  CREATE FUNCTION count_sales() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP <> 'INSERT' AND OLD.approved THEN PERFORM count_sale(OLD.shop_id, -1, OLD.price); END IF;
    IF TG_OP <> 'DELETE' AND NEW.approved THEN PERFORM count_sale(NEW.shop_id, 1, NEW.price); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_sales AFTER INSERT OR UPDATE OR DELETE ON sales FOR EACH ROW EXECUTE FUNCTION count_sales();
  INSERT INTO shops (id) SELECT generate_series(1, 20);
  INSERT INTO sales (shop_id, approved, price) SELECT 1 + i % 20, i % 3 > 0, i / 7.0 FROM generate_series(1, 500) i;`;

const approved = { kind: 'is', column: 'approved', value: true } as const;
/** The three counters. */
export const shopCounters = [
  defined({
    row: { table: 'shops', count: 'sales' },
    record: { table: 'sales', reference: ['shop_id'], where: approved },
  }),
  defined({
    row: { table: 'shops', count: 'taken' },
    record: { table: 'sales', reference: ['shop_id'], where: approved, amount: 'price' },
  }),
  defined({
    row: { table: 'shops', count: 'sales' },
    via: { table: 'shop_stats', row: ['shop_id'] },
    record: { table: 'sales', reference: ['shop_id'], where: approved },
  }),
];

/** One writer: inserts, deletes, moves and changes of the condition, until it is stopped. Returns how much it did. */
export async function writeSales(sql: postgres.Sql, seed: number, signal: AbortSignal): Promise<number> {
  const random = createRandom(seed);
  const shop = () => 1 + Math.floor(random.fraction() * 20);
  let done = 0;
  while (!signal.aborted) {
    const any = sql`(SELECT id FROM sales OFFSET ${Math.floor(random.fraction() * 400)} LIMIT 1)`;
    const kind = Math.floor(random.fraction() * 4);
    const work =
      kind === 0
        ? sql`INSERT INTO sales (shop_id, approved, price) VALUES (${shop()}, ${random.fraction() < 0.7}, ${random.fraction()})`
        : kind === 1
          ? sql`DELETE FROM sales WHERE id = ${any}`
          : kind === 2
            ? sql`UPDATE sales SET shop_id = ${shop()} WHERE id = ${any}`
            : sql`UPDATE sales SET approved = NOT approved WHERE id = ${any}`;
    // Two that move between the same shops may deadlock: then nothing of one of them is left.
    await work.catch((error: { code?: string }) => {
      if (error.code !== '40P01') throw error;
    });
    done += 1;
  }
  return done;
}
