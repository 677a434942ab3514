import { PGlite, protocol } from '@electric-sql/pglite';

/** Messages of a batch, by their first byte: Parse, Bind, Describe, Execute, Close, Flush. */
const batchMessages = new Set(Buffer.from('PBDECH'));
/** Messages that complete an answer: Sync, and the simple protocol's Query. */
const lastMessages = new Set(Buffer.from('SQ'));

/**
 * A PGlite that several clients can share behind pglite-socket. PGlite has one backend, and the queue of pglite-socket
 * (0.2.17) isolates clients only between messages and inside BEGIN … COMMIT. This adds two things:
 *
 * - A batch of the extended protocol counts as a transaction until its Sync. Without that, clients with unnamed
 *   statements get each other's answers (300 of 450 queries of three postgres.js clients with `prepare: false`),
 *   and a cursor loses its portal as soon as another client sends a query.
 * - The demo's own statements wait until no client has an open transaction, or they would be rolled back with it.
 */
export class SharedPGlite extends PGlite {
  /** Called with an error of the backend itself: after that the queue is stuck and no client gets an answer. */
  onFault: ((error: unknown) => void) | undefined;
  #batchOpen = false;
  #freed: PromiseWithResolvers<void> | undefined;

  /** True while the backend belongs to one client: in its transaction, or in its unfinished batch. */
  override isInTransaction(): boolean {
    return this.#batchOpen || super.isInTransaction();
  }

  /** Called by the socket's queue for every message of a client. */
  override async execProtocolRawStream(
    message: Uint8Array,
    options: Parameters<PGlite['execProtocolRawStream']>[1],
  ): Promise<void> {
    try {
      await super.execProtocolRawStream(message, options);
    } catch (error) {
      this.onFault?.(error);
      throw error;
    }
    if (batchMessages.has(message[0]!)) this.#batchOpen = true;
    if (lastMessages.has(message[0]!)) this.#batchOpen = false;
    this.#announce();
  }

  /** Called by the socket's queue to roll back for a client that went away. */
  override async exec(...parameters: Parameters<PGlite['exec']>): ReturnType<PGlite['exec']> {
    if (this.#batchOpen) {
      // After an error the backend skips everything up to a Sync, and the ROLLBACK would be skipped too.
      await this.runExclusive(() => this.execProtocolStream(protocol.serialize.sync(), { syncToFs: false }));
    }
    try {
      return await super.exec(...parameters);
    } finally {
      // Not earlier, or the next client's transaction could begin in between and be rolled back.
      this.#batchOpen = false;
      this.#announce();
    }
  }

  /**
   * Runs one of the demo's own statements in a separate transaction, once no client has one open. It waits forever for a
   * client that never finishes. Rejects with PostgreSQL's error.
   */
  async execAlone(statement: string): Promise<void> {
    for (;;) {
      // Checked inside the lock, because a transaction may begin while this waits for it.
      const taken = await this.runExclusive(async () => {
        if (this.isInTransaction()) return this.#nextFree();
        await this.execProtocolStream(protocol.serialize.query(statement), { syncToFs: false });
        return null;
      });
      if (!taken) return;
      await taken.promise;
    }
  }

  #nextFree(): PromiseWithResolvers<void> {
    this.#freed ??= Promise.withResolvers();
    return this.#freed;
  }

  #announce(): void {
    if (this.isInTransaction()) return;
    this.#freed?.resolve();
    this.#freed = undefined;
  }
}
