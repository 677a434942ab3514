import type {
  ConnectOptions,
  Database,
  Reader,
  WriteTransaction,
} from '../../source/connection/transactions.ts';
import type { Tables } from '../../source/counter/discovery/tables.ts';
import { builtIn } from '../../source/counter/operators.ts';

/** The answer to one statement: rows, or an error that it throws. The value of a script is how many seconds its statements may take. */
export type Answer = (text: string, values: readonly unknown[]) => unknown[] | Promise<unknown[]>;

/** A database without a server: `answer` answers every statement, and all of them are kept in order. */
export class FakeDatabase {
  readonly statements: string[] = [];
  readonly writes: ConnectOptions[] = [];
  /** Write connections that were opened, and closed. */
  opened = 0;
  closed = 0;
  readonly #answer: Answer;
  readonly #demo: boolean;

  constructor(answer: Answer = () => [], { demo = false } = {}) {
    this.#answer = answer;
    this.#demo = demo;
  }

  get database(): Database {
    const said = async (text: string, values: readonly unknown[] = []) => {
      this.statements.push(text);
      return this.#answer(text, values);
    };
    const reader: Reader = { rows: said };
    const writer: WriteTransaction = {
      rows: said,
      script: (text, within) => said(text, [within]),
      ownPath: 'public',
    };
    const write: Database['write'] = async (work, options) => {
      this.writes.push(options);
      return work(writer);
    };
    return {
      place: {
        host: 'db.example',
        port: 5432,
        database: 'app',
        user: 'console',
        demo: this.#demo,
        timeout: 30,
        source: null,
      } as unknown as Database['place'],
      timeouts: { timeout: 30, lockTimeout: 2 },
      read: async work => work(reader),
      write,
      openWriting: () => {
        this.opened += 1;
        return {
          write,
          close: async () => {
            this.closed += 1;
          },
        };
      },
      policiesApply: () => {},
      encryption: () => null,
      replayed: () => null,
      room: async () => Number.POSITIVE_INFINITY,
      close: async () => {},
    };
  }
}

/** The two tables of an ordinary database. */
export const fakeTables: Tables = {
  definition: {
    id: 'public.presets.usage_count',
    row: {
      schema: 'public',
      table: 'presets',
      key: ['id'],
      label: 'name',
      count: 'usage_count',
      touched: null,
    },
    via: null,
    record: {
      schema: 'public',
      table: 'preset_usage',
      reference: ['preset_id'],
      through: null,
      time: null,
      kind: null,
      user: null,
      where: null,
      amount: null,
    },
    onDelete: 'keeps',
    nouns: { row: ['preset', 'presets'], record: ['record', 'records'] },
    source: { kind: 'built-in', evidence: [] },
    confidence: 'certain',
    writers: [],
  },
  schema: 'public',
  schemas: ['public'],
  why: [],
  presets: {
    oid: 1,
    name: 'public.presets',
    rows: 'public.presets',
    table: 'presets',
    countName: 'usage_count',
    key: 'id',
    keyType: 'uuid',
    keys: builtIn,
    label: 'name',
    count: 'usage_count',
    countKind: 'integer',
    lastUsed: null,
    lastUsedType: null,
    estimate: 10,
    missing: null,
  },
  written: {
    oid: 1,
    name: 'public.presets',
    count: 'usage_count',
    apart: false,
    touched: null,
    keys: [{ column: 'id', equal: builtIn.equal, type: 'uuid' }],
    rowKeys: [{ column: 'id', equal: builtIn.equal, type: 'uuid' }],
  },
  records: {
    oid: 2,
    name: 'public.preset_usage',
    counted: 'public.preset_usage',
    aggregate: 'pg_catalog.count(*)',
    sums: false,
    amount: null,
    where: null,
    pairs: null,
    table: 'preset_usage',
    preset: 'preset_id',
    keys: builtIn,
    operators: builtIn,
    alike: true,
    time: null,
    timeType: null,
    type: null,
    user: null,
    estimate: 10,
    indexed: true,
    covered: true,
    timeIndexed: null,
    recentIndexed: false,
    nullsFirst: false,
    bytes: 8192,
    vacuumed: 1,
  },
  others: [],
  hiddenBy: [],
  elsewhere: [],
  seenBy: [],
  policiesApply: false,
  path: 'catalog',
};
