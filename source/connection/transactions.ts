import type { ServerTarget } from '../config/config.ts';
import { databaseError, interrupted, type Place, sqlState, stopIfInterrupted } from '../errors/errors.ts';
import { endedEarly } from './deadlines.ts';
import {
  discard,
  type Opening,
  openPool,
  type Pool,
  prepareOpening,
  type ServerNotice,
  statement,
} from './pool.ts';
import { FatalMessage } from './protocol/fatal-messages.ts';
import type { ReplayPosition } from './replay-position.ts';
import { RoleLimits, readLimits } from './role-timeouts.ts';
import { measureRoom } from './room/measure-room.ts';
import { Turns } from './room/turns.ts';
import { catalogPath, type Path, readOwnPath, takePath, takingPath, toOwnPath } from './search-path.ts';
import { unsupportedParameters } from './server-support.ts';
import type { Encryption } from './tls.ts';

type Parameter = string | number | boolean | null;

/** A READ ONLY transaction: one statement at a time, with bound parameters. */
export interface Reader {
  /**
   * Runs one statement; rows are plain objects that the caller parses. Rejects with the driver's error. Its names are looked up
   * in the catalog (see `catalogPath`), unless it runs by the role's `own` path: then each name must have its schema.
   */
  rows(text: string, parameters?: readonly Parameter[], path?: Path): Promise<unknown[]>;
}

/** A transaction that may write: see `Database.write`. */
export interface WriteTransaction extends Reader {
  /**
   * Runs several statements in one round trip, without parameters; returns the rows of the last statement that has rows. With
   * `within`, each of them may take this many seconds.
   */
  script(text: string, within?: number): Promise<unknown[]>;
  /** The role's own search_path, as the setting shows it. */
  readonly ownPath: string;
}

interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Turns the server's parallel workers off, for reads that already run side by side. */
  serial?: boolean;
  /** Lets it scan a whole table only where there is no index: for one of several pages, each of which would read the others too. */
  byIndex?: boolean;
  /** True for what reads a whole table: it goes to the standby, where --replica names one. */
  large?: boolean;
}

/** A pool of at most three connections: one for ticks, two for an audit. Writes use a separate connection. */
export interface Database {
  readonly place: Place;
  /** The timeouts of its reads, in seconds. */
  readonly timeouts: ConnectOptions;
  /** Runs `work` in a READ ONLY transaction with the timeouts set; see `withTransaction`. */
  read<T>(work: (reader: Reader) => Promise<T>, options?: ReadOptions): Promise<T>;
  /**
   * Runs `work` in a transaction that may write, on a separate connection that is closed afterwards: nothing can outlive the
   * call. `work` ends the transaction itself, with COMMIT or ROLLBACK AND CHAIN as the last statement of a script, so that no lock is
   * held during another round trip. If it fails, the transaction is rolled back. Timeouts in seconds.
   */
  write<T>(work: (writer: WriteTransaction) => Promise<T>, options: WriteOptions): Promise<T>;
  /** A connection for several transactions as `write` runs them, one after the other; `close` ends it. */
  openWriting(): Pick<Database, 'write' | 'close'>;
  /**
   * Sets for later reads whether policies apply to this role. If they do not, a policy that is added later makes a count fail
   * instead of coming out too small.
   */
  policiesApply(apply: boolean): void;
  /** The encryption of the connection that was opened last; null before the first. */
  encryption(): Encryption | null;
  /**
   * How many connections it can have at a time. Where a pooler limits them, reads share one; a single one is used in turns, so nothing
   * may read or write while it writes.
   */
  room(): Promise<number>;
  /** How far the standby was at the end of the last large read; null where the server itself was read. */
  replayed(): ReplayPosition | null;
  close(): Promise<void>;
}

interface WriteOptions extends ConnectOptions {
  signal?: AbortSignal | undefined;
  /** Called with every warning and notice of the transaction. */
  onNotice?: ((notice: ServerNotice) => void) | undefined;
}

/** What the connection needs to know; times in seconds. */
export interface ConnectOptions {
  timeout: number;
  lockTimeout: number;
}

/** Prepares a pool; the first read opens the first connection. */
export function connect(target: ServerTarget, options: ConnectOptions): Database {
  const { database, user, demo = false } = target;
  const opening = prepareOpening(target);
  const place: Place = {
    get host() {
      return opening.tried.name || opening.tried.address || '';
    },
    get port() {
      return opening.tried.port;
    },
    get encrypted() {
      return opening.encryption?.encrypted;
    },
    get certified() {
      return opening.certified;
    },
    get passwordNotice() {
      return opening.passwordNotice;
    },
    database,
    user,
    demo,
    timeout: options.timeout,
    source: target.source,
    namedBy: target.namedBy,
  };
  let sql = openPool(opening);
  const turns = new Turns();
  // Without a pooler nothing is measured.
  let room: Promise<number> = Promise.resolve(Number.POSITIVE_INFINITY);
  let measured = demo;
  const measure = ({ own, server }: Processes) => {
    if (measured || own === server) return;
    measured = true;
    room = measureRoom(server, () => openPool(opening, 1)).then(found => {
      if (found === Number.POSITIVE_INFINITY) return found;
      const old = sql;
      sql = openPool(opening, 1);
      // What still reads there may end.
      void old.sql.end({ timeout: options.timeout }).catch(() => {});
      return found;
    });
  };
  const renew = (most?: number): Promise<void> => {
    const old = sql;
    sql = openPool(opening, most);
    return discard(old);
  };
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> =>
    (await room) === 1 ? turns.take(work) : work();
  /** The only connection of a pooler is given back after each transaction, and taken from the reads before. */
  const openInTurn = (): Pick<Database, 'write' | 'close'> => {
    const writing = openWriting(opening, place);
    return {
      write: (work, writeOptions) =>
        inTurn(async () => {
          const only = (await room) === 1;
          if (only) await renew(1);
          try {
            return await writing.write(work, writeOptions);
          } finally {
            if (only) await writing.close();
          }
        }),
      close: writing.close,
    };
  };
  // inspectDatabase finds out before the first row is read.
  let policies = false;
  return {
    place,
    timeouts: { timeout: options.timeout, lockTimeout: options.lockTimeout },
    policiesApply(apply) {
      policies = apply;
    },
    read: (work, readOptions = {}) =>
      inTurn(async () => {
        const pool = sql;
        let processes: Processes | null = null;
        try {
          const value = await withTransaction(
            pool,
            'isolation level read committed read only',
            options,
            work,
            readOptions,
            `SET LOCAL row_security = ${policies ? 'on' : 'off'}; `,
            found => {
              processes = found;
            },
          );
          if (processes) measure(processes);
          return value;
        } catch (error) {
          stopIfInterrupted(readOptions.signal);
          // If the server no longer answers, the connection is lost: the next read gets a new pool.
          if (error instanceof Silence && pool === sql)
            void renew((await room) < Number.POSITIVE_INFINITY ? 1 : undefined);
          throw unsupportedParameters({ ...pool.sql.parameters }) ?? databaseError(error, place);
        }
      }),
    async write(work, writeOptions) {
      const writing = openInTurn();
      try {
        return await writing.write(work, writeOptions);
      } finally {
        await writing.close();
      }
    },
    openWriting: openInTurn,
    room: () => room,
    encryption: () => opening.encryption,
    replayed: () => null,
    close: () => discard(sql),
  };
}

function openWriting(opening: Opening, place: Place): Pick<Database, 'write' | 'close'> {
  let pool: Pool | null = null;
  let hear: ((notice: ServerNotice) => void) | undefined;
  const close = async () => {
    const old = pool;
    pool = null;
    if (old) await discard(old);
  };
  return {
    async write(work, { signal, onNotice, ...timeouts }) {
      hear = onNotice;
      pool ??= openPool(opening, 1, notice => hear?.(notice));
      try {
        const value = await withTransaction(
          pool,
          'isolation level read committed',
          timeouts,
          work,
          { signal },
          // The planner overestimates tables that were never analysed, and rows stay locked while JIT compiles.
          'SET LOCAL jit = off; ',
        );
        // A block that catches errors may also have caught its cancellation.
        stopIfInterrupted(signal);
        return value;
      } catch (error) {
        // Whatever state the connection is in, the next transaction begins on a fresh one.
        await close();
        stopIfInterrupted(signal);
        throw databaseError(error, place);
      }
    },
    close,
  };
}

/** The server process that a connection was made to, as it was told, and the one that answers; a pooler tells another number. */
interface Processes {
  own: number;
  server: number;
}

function processesOf(rows: (unknown[] & { state?: unknown }) | undefined): Processes | null {
  // The driver attaches the first to the array of rows.
  const { pid: own } = (rows?.state ?? {}) as { pid?: number | null };
  const { pid: server } = (rows?.[0] ?? {}) as { pid?: number };
  return typeof own === 'number' && typeof server === 'number' ? { own, server } : null;
}

// The server ends a statement at its timeout. If nothing has come this much later, nothing will.
const grace = 5;
// In milliseconds: how long a cancelled statement may take to end cleanly.
const cancelGrace = 500;

/** The server has stopped answering, without closing the connection. */
class Silence extends Error {
  readonly code = 'CONNECTION_CLOSED';
}

/**
 * Runs `work` inside BEGIN `mode` with statement_timeout and lock_timeout set for this transaction only, which is safe behind a
 * transaction pooler. An abort cancels the running statement. Rejects with the driver's error, or with Silence if a statement
 * is not answered long after its timeout.
 */
async function withTransaction<T>(
  { sql, patience, cancel: cancelIn, lastWordsSince, ending }: Pool,
  mode: string,
  { timeout, lockTimeout }: ConnectOptions,
  work: (transaction: WriteTransaction) => Promise<T>,
  { signal, serial, byIndex }: ReadOptions,
  settings = '',
  onProcesses: (processes: Processes) => void = () => {},
): Promise<T> {
  let running: { cancel(): void } | undefined;
  // While connecting there is no statement to cancel; then this read is simply given up.
  const givenUp = Promise.withResolvers<never>();
  givenUp.promise.catch(() => {});
  const cancel = () => {
    cancelIn(() => running?.cancel());
    setTimeout(() => givenUp.reject(interrupted()), cancelGrace).unref();
  };
  const silence = Promise.withResolvers<never>();
  const result = Promise.withResolvers<T>();
  let watchdog: NodeJS.Timeout | undefined;
  const limits = new RoleLimits();
  let over = false;
  const begun = performance.now();
  const expectWithin = (seconds: number) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => silence.reject(new Silence('no answer')), (seconds + grace) * 1000);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    signal?.throwIfAborted();
    await ending.room();
    expectWithin(patience);
    const transaction = sql.begin(mode, async inside => {
      const ask = async <Answer>(
        make: () => PromiseLike<Answer> & { cancel(): void },
        within = timeout,
      ): Promise<Answer> => {
        if (over) return pending();
        const asked = performance.now();
        const query = make();
        running = query;
        expectWithin(timeout);
        limits.asks();
        try {
          return await query;
        } catch (error) {
          if (isGone(error)) return pending();
          throw sqlState(error) === '57014' && endedEarly(asked, within)
            ? Object.assign(error as Error, { early: true })
            : error;
        } finally {
          running = undefined;
          limits.answered();
        }
      };
      const answers = await ask(() =>
        inside.unsafe(
          // A role may have set fewer digits, and then 123456789 arrives as 123000000.
          `${readOwnPath}; SET LOCAL statement_timeout = ${Math.ceil(timeout * 1000)}; SET LOCAL lock_timeout = ${Math.ceil(lockTimeout * 1000)}; SET LOCAL extra_float_digits = 1` +
            (serial ? '; SET LOCAL max_parallel_workers_per_gather = 0' : '') +
            // A scan that cannot be avoided then seems so costly that the server would compile it.
            (byIndex ? '; SET LOCAL enable_seqscan = off; SET LOCAL jit = off' : '') +
            `; ${settings}${readLimits}`,
        ),
      );
      const firstAnswers = answers as unknown as unknown[][];
      limits.are(firstAnswers.at(-1)?.[0]);
      const processes = processesOf(firstAnswers.at(-1));
      if (processes) onProcesses(processes);
      const ownPath = toOwnPath(firstAnswers[0]?.[0]);
      let path: Path = 'catalog';
      const working = work({
        ownPath,
        rows: async (text, parameters = [], wanted = 'catalog') => {
          signal?.throwIfAborted();
          if (wanted !== path) {
            await ask(() => statement(inside, takePath, [wanted === 'own' ? ownPath : catalogPath]));
            path = wanted;
          }
          return ask(() => statement(inside, text, parameters));
        },
        script: async (text, within) => {
          signal?.throwIfAborted();
          const before = [
            ...(path === 'own' ? [takingPath(catalogPath)] : []),
            ...(within === undefined ? [] : [`SET LOCAL statement_timeout = ${Math.ceil(within * 1000)}`]),
          ];
          path = 'catalog';
          const results = (await ask(
            () => inside.unsafe([...before, text].join('; ')).simple(),
            within,
          )) as unknown as unknown[][];
          return results.findLast(rows => rows.length > 0) ?? [];
        },
      });
      const value = await working.catch(error => (over ? pending() : Promise.reject(error)));
      if (over) return pending();
      result.resolve(value);
      return value;
    });
    // The end of a transaction that wrote nothing need not be awaited.
    ending.begins(transaction, result.promise);
    transaction.catch(() => {
      over = true;
    });
    return await Promise.race([result.promise, transaction as Promise<T>, silence.promise, givenUp.promise]);
  } catch (error) {
    if (!isGone(error) || error instanceof Silence) throw error;
    // The driver rejects the transaction before the statement's own rejection arrives.
    await new Promise(resolve => setImmediate(resolve));
    throw lastWordsSince(begun) ?? limits.whyEnded(error) ?? error;
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', cancel);
  }
}

/**
 * A transaction whose connection is gone waits here. The driver ends a transaction when its callback ends, and would send that
 * on another client's connection, or on none, with an uncaught TypeError. It is rejected anyway when the connection closes.
 */
function pending(): Promise<never> {
  return new Promise(() => {});
}

/** True for an error that closes its connection: a network error, or the server's message that it ends the session. */
function isGone(error: unknown): boolean {
  const code = sqlState(error);
  return error instanceof FatalMessage || code === '' || /^(57P0|08|25P03|25P04)/.test(code);
}
