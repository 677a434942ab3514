import { randomUUID } from 'node:crypto';
import { cpSync, existsSync } from 'node:fs';
import fc from 'fast-check';
import type postgres from 'postgres';
import { expect, vi } from 'vitest';
import type { ColumnChoice } from '../../source/config/column-choice.ts';
import type { Database } from '../../source/connection/transactions.ts';
import { unquoted } from '../../source/counter/discovery/unquoted.ts';
import { isConsoleError } from '../../source/errors/errors.ts';
import type { FullPlan } from '../../source/repair/plan/draft.ts';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import { listReceipts } from '../../source/repair/receipts/list-receipts.ts';
import { keyFile, receiptsIn } from '../../source/repair/receipts/places.ts';
import { readReceipt } from '../../source/repair/receipts/read-receipt.ts';
import type { Receipt } from '../../source/repair/receipts/receipt.ts';
import type { RepairOutcome, RepairProgress } from '../../source/repair/repair.ts';
import { runRepair } from '../../source/repair/run/run.ts';
import type { TestDatabase } from './database.ts';
import { request, stateDirectory } from './repair.ts';

/** One step of an interleaving; presets are given by index. */
export type Step =
  | { does: 'use'; preset: number; size: number }
  | { does: 'open' | 'open again'; preset: number }
  | { does: 'commit' | 'roll back'; which: number }
  | { does: 'begin'; action: 'sync' | 'reset' | 'reset with history'; presets: number[] }
  /** `copied`: in the second state directory, if there is one. */
  | { does: 'undo'; which: number; copied: boolean }
  /** One batch, with uses made while it runs. */
  | { does: 'batch'; uses: number[] }
  | { does: 'stop' }
  /** Something else writes the count. */
  | { does: 'meddle'; preset: number; by: number }
  /** A column of the records is added, renamed or dropped. */
  | { does: 'add' | 'rename' | 'drop' }
  /** This machine's clock is changed. */
  | { does: 'clock'; days: number }
  /** The existing receipts are copied to a second state directory. */
  | { does: 'copy'; withKey: boolean };

// The first drifts upwards, the second downwards, the third is right, the fourth has never been counted.
export const beginning = [
  { drift: 4, records: 3 },
  { drift: -2, records: 5 },
  { drift: 0, records: 4 },
  { drift: null, records: 2 },
] as const;

// So small that a few records fill a batch by their number or their bytes, and one of the largest is never deleted.
const most = { presets: 2, records: 3, bytes: 5_000, recordBytes: 20_000 };
const sizes = [0, 1_500, 0, 4_000];

const preset = fc.nat({ max: beginning.length - 1 });
const quiet: fc.Arbitrary<Step>[] = [
  fc.record({
    does: fc.constant('use' as const),
    preset,
    size: fc.constantFrom(...sizes, 40_000),
  }),
  fc.record({ does: fc.constantFrom('open' as const, 'open again' as const), preset }),
  fc.record({ does: fc.constantFrom('commit' as const, 'roll back' as const), which: fc.nat({ max: 1 }) }),
  fc.record({
    does: fc.constant('begin' as const),
    action: fc.constantFrom('sync' as const, 'reset' as const, 'reset with history' as const),
    // None means all of them.
    presets: fc.uniqueArray(preset),
  }),
  fc.record({ does: fc.constant('undo' as const), which: fc.nat({ max: 3 }), copied: fc.boolean() }),
  fc.record({ does: fc.constant('batch' as const), uses: fc.array(preset, { maxLength: 3 }) }),
  fc.record({ does: fc.constant('stop' as const) }),
  fc.record({ does: fc.constant('clock' as const), days: fc.integer({ min: -2, max: 1 }) }),
];
const meddle: fc.Arbitrary<Step> = fc.record({
  does: fc.constant('meddle' as const),
  preset,
  by: fc.integer({ min: -2, max: 2 }),
});
const column: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('add' as const, 'rename' as const, 'drop' as const),
});
const copy: fc.Arbitrary<Step> = fc.record({ does: fc.constant('copy' as const), withKey: fc.boolean() });

/** A column that is dropped in the middle of a reset. */
const goesMeanwhile: fc.Arbitrary<Step[]> = fc
  .constantFrom('rename' as const, 'drop' as const)
  .map(does => [
    { does: 'begin', action: 'reset with history', presets: [] },
    { does: 'batch', uses: [] },
    { does },
  ]);

const alone = (kind: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> => kind.map(step => [step]);
const steps = (...kinds: fc.Arbitrary<Step[]>[]) =>
  fc.array(fc.oneof(...kinds), { minLength: 5, maxLength: 25 }).map(parts => parts.flat());
/** From a table with a column that may be dropped. */
const withColumns = (...kinds: fc.Arbitrary<Step>[]) =>
  steps(...kinds.map(alone), alone(column), goesMeanwhile).map((then): Step[] => [{ does: 'add' }, ...then]);

/** Only correct uses during repairs; the columns of the records may change meanwhile. */
export const correctSteps = withColumns(...quiet);
/** With stray writes, copied receipts and changed columns. */
export const straySteps = withColumns(...quiet, meddle, copy);
/** With what may happen if the server cannot recognize a duplicate record. */
export const keylessSteps = steps(...[...quiet, meddle, copy].map(alone));

/** A database whose tables are created again for each interleaving. */
export class Stage {
  readonly own: TestDatabase;
  readonly #trigger: string;

  private constructor(own: TestDatabase, trigger: string) {
    this.own = own;
    this.#trigger = trigger;
  }

  static async set(own: TestDatabase): Promise<Stage> {
    await own.sql
      .unsafe('CREATE SCHEMA kept; CREATE TABLE kept.records (LIKE preset_usage INCLUDING ALL)')
      .simple();
    const [row] = await own.sql<{ definition: string }[]>`
      SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
       WHERE tgrelid = 'preset_usage'::regclass AND tgname = 'trigger_auto_increment_preset_usage_count'`;
    return new Stage(own, row?.definition ?? '');
  }

  /** Fills new tables; returns the ids of the presets and the records of each. */
  async arrange(keyed: boolean): Promise<{ ids: string[]; records: Map<string, Made> }> {
    const { sql } = this.own;
    await sql
      .unsafe(
        `DROP TABLE preset_usage; TRUNCATE presets CASCADE;
         CREATE TABLE preset_usage (LIKE kept.records INCLUDING ALL);
         ${keyed ? '' : 'ALTER TABLE preset_usage DROP CONSTRAINT preset_usage_pkey;'}
         ALTER TABLE preset_usage ADD FOREIGN KEY (preset_id) REFERENCES presets ON DELETE CASCADE;
         ${this.#trigger}`,
      )
      .simple();
    const ids: string[] = [];
    const records = new Map<string, Made>();
    for (const [place, { records: number, drift }] of beginning.entries()) {
      const [row] = await sql<{ id: string }[]>`
        INSERT INTO presets (name) VALUES (${`Preset ${place}`}) RETURNING id`;
      const id = row?.id ?? '';
      ids.push(id);
      for (let n = 0; n < number; n += 1) {
        const size = sizes[(place + n) % sizes.length] ?? 0;
        const record = randomUUID();
        await insertUse(sql, record, id, size);
        records.set(record, { preset: id, size });
      }
      await sql`UPDATE presets SET usage_count = ${drift === null ? null : number + drift} WHERE id = ${id}`;
    }
    return { ids, records };
  }
}

/** A record that was committed. */
interface Made {
  preset: string;
  size: number;
}

async function insertUse(sql: postgres.ISql, id: string, preset: string, size: number): Promise<void> {
  await sql`INSERT INTO preset_usage (id, preset_id, usage_type, usage_data)
    VALUES (${id}, ${preset}, 'use', jsonb_build_object('text', repeat('x', ${size}::int)))`;
}

/** A use whose transaction stays open until a step ends it. */
interface OpenUse {
  place: number;
  finish(commit: boolean): Promise<void>;
}

/** A column that was added, and the records that have their own id in it; the others have 'fresh'. */
interface Column {
  /** Its current and former names; null once it is dropped. */
  name: string | null;
  names: string[];
  owners: ReadonlySet<string>;
}

/** How often the interleavings reached the situations that they should test. */
export class Tally {
  readonly met: Record<string, number> = {};

  add(what: string): void {
    this.met[what] = (this.met[what] ?? 0) + 1;
  }
}

/** Plays an interleaving, and knows what the tables must contain at any time. */
export class Play {
  readonly ids: string[];
  readonly directory = stateDirectory();
  /** The second state directory, once receipts were copied there. */
  elsewhere: string | null = null;
  readonly records: Map<string, Made>;
  readonly meddled = beginning.map(() => 0);
  readonly #tally: Tally;
  readonly #database: Database;
  readonly #stage: Stage;
  readonly #side: postgres.Sql;
  readonly #open: (OpenUse | null)[] = [null, null];
  readonly #columns: Column[] = [];
  #names = 0;
  #run: AsyncGenerator<RepairProgress, RepairOutcome> | null = null;
  #directoryOfRun = '';
  #altered = false;
  /** Whether a copy has replaced the receipts of the repair that is under way. */
  #replaced = false;
  #stop = new AbortController();

  constructor(
    stage: Stage,
    database: Database,
    side: postgres.Sql,
    arranged: { ids: string[]; records: Map<string, Made> },
    tally: Tally,
  ) {
    this.#tally = tally;
    this.#stage = stage;
    this.#database = database;
    this.#side = side;
    this.ids = arranged.ids;
    this.records = arranged.records;
  }

  get #sql(): postgres.Sql {
    return this.#stage.own.sql;
  }

  async step(step: Step): Promise<void> {
    switch (step.does) {
      case 'use':
        return this.#use(step.preset, step.size);
      case 'open':
      case 'open again':
        return this.#openUse(step.does === 'open' ? 0 : 1, step.preset);
      case 'commit':
      case 'roll back':
        return this.#finishUse(step.which, step.does === 'commit');
      case 'begin':
        return this.#begin(step.action, step.presets);
      case 'undo':
        return this.#undo(step.which, step.copied ? (this.elsewhere ?? this.directory) : this.directory);
      case 'batch':
        await Promise.all([this.#next(), ...step.uses.map(place => this.#use(place, 0))]);
        return;
      case 'stop':
        this.#stop.abort();
        return this.#drain();
      case 'meddle':
        return this.#meddle(step.preset, step.by);
      case 'add':
      case 'rename':
      case 'drop':
        return this.#alter(step.does);
      case 'clock':
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + step.days * 86_400_000 });
        return;
      case 'copy':
        this.#copy(step.withKey);
    }
  }

  /** Ends everything that is still open. */
  async finish(): Promise<void> {
    await this.#finishUse(0, true);
    await this.#finishUse(1, true);
    await this.#drain();
  }

  /** Undoes all receipts of a directory, newest first or last; returns what was left alone. */
  async takeBack(directory: string, backwards = false): Promise<RepairOutcome['left']> {
    const { receipts } = await listReceipts(directory);
    const left: RepairOutcome['left'] = [];
    for (const receipt of backwards ? receipts.reverse() : receipts) {
      if (receipt.head.action === 'undo') continue;
      const before = await this.#lowest();
      this.#start(await this.#planUndo(receipt, directory), directory);
      let outcome: RepairOutcome | null = null;
      while (this.#run) outcome = await this.#next();
      left.push(...(outcome?.left ?? []));
      // A count that was below zero before the repair may be so again.
      const was = receipt.batches.flatMap(({ changes }) => changes).map(change => Number(change.before ?? 0));
      expect(await this.#lowest()).toBeGreaterThanOrEqual(Math.min(0, before, ...was));
    }
    return left;
  }

  /** Fails unless the tables match the uses, the stray writes and the receipts. */
  async check(): Promise<void> {
    const rows = await this.#sql<
      { id: string; preset: string; size: number; row: Record<string, unknown> }[]
    >`
      SELECT id, preset_id AS preset, length(usage_data->>'text')::int AS size, to_jsonb(u) - 'usage_data' AS row FROM preset_usage u`;
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const { id, preset, size, row } of rows) {
      expect({ preset, size }).toEqual(this.records.get(id));
      for (const { name, owners } of this.#columns) {
        if (name === null) continue;
        // A copied receipt may be older than the column.
        const may = owners.has(id) ? [id, ...(this.elsewhere === null ? [] : ['fresh'])] : ['fresh'];
        expect(may).toContain(row[name]);
      }
    }
    const counts = await this.#sql<{ id: string; count: number | null }[]>`
      SELECT id, usage_count AS count FROM presets`;
    const done = await this.#told();
    for (const [place, id] of this.ids.entries()) {
      const made = [...this.records.values()].filter(record => record.preset === id).length;
      const { delta = 0, deletes = 0 } = done.get(id) ?? {};
      const { records, drift } = beginning[place]!;
      const uses = made - records;
      expect({
        records: rows.filter(({ preset }) => preset === id).length,
        count: counts.find(row => row.id === id)?.count ?? 0,
      }).toEqual({
        records: made - deletes,
        count: (drift === null ? 0 : records + drift) + uses + (this.meddled[place] ?? 0) + delta,
      });
    }
  }

  /** What all receipts together did to each preset; a receipt in both directories counts once. */
  async #told(): Promise<Map<string, { delta: number; deletes: number }>> {
    const sum = new Map<string, { delta: number; deletes: number }>();
    const seen = new Set<string>();
    for (const directory of [this.directory, ...(this.elsewhere === null ? [] : [this.elsewhere])]) {
      const { receipts, damaged } = await listReceipts(directory);
      expect(damaged).toEqual([]);
      for (const { head, batches } of receipts) {
        if (seen.has(head.id)) continue;
        seen.add(head.id);
        for (const { changes } of batches.filter(({ outcome }) => outcome === 'committed')) {
          for (const { id, delta, deletes } of changes) {
            const before = sum.get(id ?? '') ?? { delta: 0, deletes: 0 };
            sum.set(id ?? '', { delta: before.delta + Number(delta), deletes: before.deletes + deletes });
          }
        }
      }
    }
    return sum;
  }

  #isHeld(place: number): boolean {
    return this.#open.some(use => use?.place === place);
  }

  async #use(place: number, size: number): Promise<void> {
    // It would wait for a row that an open use has locked.
    if (this.#isHeld(place)) return;
    const id = randomUUID();
    await insertUse(this.#sql, id, this.ids[place]!, size);
    this.records.set(id, { preset: this.ids[place]!, size });
  }

  async #openUse(which: number, place: number): Promise<void> {
    if (this.#isHeld(place) || this.#open[which]) return;
    const id = randomUUID();
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<boolean>();
    const transaction = this.#side
      .begin(async inside => {
        await insertUse(inside, id, this.ids[place]!, 0);
        begun.resolve();
        if (!(await end.promise)) throw new Error('rolled back');
      })
      .then(
        () => true,
        () => false,
      );
    await begun.promise;
    this.#open[which] = {
      place,
      finish: async commit => {
        end.resolve(commit);
        if (await transaction) this.records.set(id, { preset: this.ids[place]!, size: 0 });
      },
    };
  }

  async #finishUse(which: number, commit: boolean): Promise<void> {
    const use = this.#open[which];
    this.#open[which] = null;
    await use?.finish(commit);
  }

  async #meddle(place: number, by: number): Promise<void> {
    if (this.#isHeld(place)) return;
    await this
      .#sql`UPDATE presets SET usage_count = coalesce(usage_count, 0) + ${by} WHERE id = ${this.ids[place]!}`;
    this.meddled[place] = (this.meddled[place] ?? 0) + by;
  }

  async #alter(how: 'add' | 'rename' | 'drop'): Promise<void> {
    // It would wait for the open use.
    if (this.#open.some(use => use !== null)) return;
    const column = this.#columns.findLast(({ name }) => name !== null);
    const name = `note_${this.#names}`;
    if (how === 'add') {
      const rows = await this.#sql.begin(async sql => {
        await sql.unsafe(`ALTER TABLE preset_usage ADD ${name} text DEFAULT 'fresh'`);
        return sql.unsafe<{ id: string }[]>(`UPDATE preset_usage SET ${name} = id RETURNING id`);
      });
      this.#columns.push({ name, names: [name], owners: new Set(rows.map(({ id }) => id)) });
    } else {
      if (!column) return;
      const to = how === 'rename' ? `RENAME ${column.name} TO ${name}` : `DROP ${column.name}`;
      await this.#sql.unsafe(`ALTER TABLE preset_usage ${to}`);
      column.name = how === 'rename' ? name : null;
      column.names.push(name);
    }
    this.#names += 1;
    this.#altered = true;
  }

  #copy(withKey: boolean): void {
    if (!existsSync(receiptsIn(this.directory))) return;
    const isNew = this.elsewhere === null;
    this.elsewhere ??= stateDirectory();
    this.#replaced = this.#directoryOfRun === this.elsewhere;
    cpSync(receiptsIn(this.directory), receiptsIn(this.elsewhere), { recursive: true });
    if (isNew && withKey) cpSync(keyFile(this.directory), keyFile(this.elsewhere));
  }

  async #begin(action: 'sync' | 'reset' | 'reset with history', places: number[]): Promise<void> {
    await this.#drain();
    const asked = request(action === 'sync' ? 'sync' : 'reset', this.directory, {
      presets: places.map(place => this.ids[place]!),
      options: { lastUsed: false, deleteHistory: action === 'reset with history', suppressTriggers: false },
    });
    this.#start(await planRepair(this.#database, asked), this.directory);
  }

  async #undo(which: number, directory: string): Promise<void> {
    await this.#drain();
    const { receipts } = await listReceipts(directory);
    const undoable = receipts.filter(({ head }) => head.action !== 'undo');
    const receipt = undoable[which % Math.max(1, undoable.length)];
    if (receipt) this.#start(await this.#planUndo(receipt, directory), directory);
  }

  /** Plans an undo. If it is refused because of columns, nothing may have changed, and the columns are mapped. */
  async #planUndo({ head }: Receipt, directory: string): Promise<FullPlan> {
    const asked = request('undo', directory, { receipt: head.id });
    const before = await this.#print();
    try {
      return await planRepair(this.#database, asked);
    } catch (error) {
      if (!isConsoleError(error) || error.code !== 'columns-changed') throw error;
      expect(error.exitCode).toBe(4);
      expect(await this.#print()).toBe(before);
      const columns = this.#choice(head);
      expect([...columns.map, ...columns.drop]).not.toEqual([]);
      this.#tally.add('columns named');
      return planRepair(this.#database, { ...asked, columns });
    }
  }

  /** What happened to the columns that a receipt has values of. */
  #choice({ columns = [] }: Receipt['head']): ColumnChoice {
    const map: [string, string][] = [];
    const drop: string[] = [];
    for (const old of columns.map(({ quoted }) => unquoted(quoted))) {
      const column = this.#columns.find(({ names }) => names.includes(old));
      if (!column || column.name === old) continue;
      if (column.name === null) drop.push(old);
      else map.push([old, column.name]);
    }
    return { map, drop };
  }

  #start(plan: FullPlan, directory: string): void {
    this.#stop = new AbortController();
    this.#altered = false;
    this.#replaced = false;
    this.#directoryOfRun = directory;
    this.#run = runRepair(this.#database, plan, {
      timeout: 30,
      // A row that an open use has locked is given up soon: nothing ends that use meanwhile.
      lockTimeout: 0.02,
      directory,
      fresh: true,
      signal: this.#stop.signal,
      most,
    });
  }

  /** Runs one more batch; returns the outcome if that was the last. */
  async #next(): Promise<RepairOutcome | null> {
    if (!this.#run) return null;
    try {
      const { done, value } = await this.#run.next();
      if (!done) return null;
      this.#run = null;
      if (value.error) this.#expectReason(value.error);
      await this.#expectTrue(value);
      for (const { reason } of value.left) this.#tally.add(reason);
      this.#tally.add(value.ended);
      return value;
    } catch (error) {
      this.#run = null;
      if (!isConsoleError(error)) throw error;
      this.#expectReason(error);
      return null;
    }
  }

  /** Only changed columns, and other receipts than those of its plan, may stop a repair. */
  #expectReason({ code, exitCode }: { code: string; exitCode: number }): void {
    this.#tally.add(code);
    expect(exitCode).toBe(4);
    expect([
      ...(this.#altered ? ['tables-changed'] : []),
      ...(this.#replaced ? ['stale-plan'] : []),
    ]).toContain(code);
  }

  /** Checks that a repair reports the same as its receipt. */
  async #expectTrue({ receiptId, deleted, restored, ended }: RepairOutcome): Promise<void> {
    const { batches, end } = await readReceipt(this.#directoryOfRun, receiptId);
    const deletes = batches
      .filter(({ outcome }) => outcome === 'committed')
      .flatMap(({ changes }) => changes.map(change => change.deletes));
    const sum = (numbers: number[]) => numbers.reduce((all, number) => all + number, 0);
    expect({ deleted, restored }).toEqual({
      deleted: sum(deletes.filter(number => number > 0)),
      restored: -sum(deletes.filter(number => number < 0)) || 0,
    });
    expect(end).toMatchObject({ deleted, restored, ended });
  }

  async #drain(): Promise<void> {
    while (this.#run) await this.#next();
  }

  async #lowest(): Promise<number> {
    const [row] = await this.#sql<{ lowest: number }[]>`
      SELECT min(coalesce(usage_count, 0)) AS lowest FROM presets`;
    return row?.lowest ?? 0;
  }

  async #print(): Promise<string> {
    const [row] = await this.#sql<{ print: string }[]>`
      SELECT md5(concat((SELECT string_agg(p::text, '' ORDER BY p.id) FROM presets p),
                        (SELECT string_agg(u::text, '' ORDER BY u.id) FROM preset_usage u))) AS print`;
    return row?.print ?? '';
  }
}
