import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';

/**
 * For every new cluster of the demo. Small segments keep the WAL in memory below 64 MB; with the default of 16 MB it may
 * grow to 1 GB before PostgreSQL reuses segments.
 */
export const initdbFlags = ['--wal-segsize=1'];

/**
 * Makes the files of a new, empty cluster: a compressed tar of a few megabytes, for exactly this version of PGlite. It takes seconds, so
 * the build does it.
 */
export async function makeCluster(): Promise<Uint8Array> {
  const database = await PGlite.create('memory://', { initDbStartParams: initdbFlags });
  try {
    // Half of the files are templates for further databases, of which a demo has none. Each start would copy them several times.
    for (const name of ['template0', 'template1']) {
      await database.exec(`UPDATE pg_database SET datistemplate = false WHERE datname = '${name}'`);
      await database.exec(`DROP DATABASE ${name}`);
    }
    await database.exec('CHECKPOINT');
    const files = await database.dumpDataDir('none');
    return zstdCompressSync(await files.arrayBuffer(), {
      params: { [constants.ZSTD_c_compressionLevel]: 19 },
    });
  } finally {
    await database.close();
  }
}

/** A Blob that hands out its bytes. An ordinary one copies them when it is made and when it is read, which takes as long as unpacking. */
class Files extends Blob {
  readonly #bytes: ArrayBuffer;

  constructor(bytes: ArrayBuffer) {
    super([]);
    this.#bytes = bytes;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes;
  }
}

// In bytes. The tar has 16 MB; put together from small pieces it would be copied once more.
const atOnce = 24 * 1024 * 1024;

/**
 * Reads the file that `makeCluster` made; null if it does not exist, as when running from the sources. Rejects if the file
 * is damaged, because PGlite's own error for that has no message.
 */
export async function readCluster(file: URL): Promise<Blob | null> {
  try {
    const files = zstdDecompressSync(await readFile(file), { chunkSize: atOnce });
    if (!files.includes('/PG_VERSION')) throw new Error('it contains no PostgreSQL cluster');
    return new Files(files.buffer.slice(files.byteOffset, files.byteOffset + files.byteLength));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${fileURLToPath(file)} is damaged: ${(error as Error).message}`, { cause: error });
  }
}
