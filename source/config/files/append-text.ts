import type { FileHandle } from 'node:fs/promises';

/**
 * Appends whole lines to a file that is open for reading and appending. A line that was torn off before (a full disk,
 * a kill) is ended with `mend` first: the new ones must not become a part of it.
 *
 * The text goes out in one call, so that lines of two processes do not mix.
 */
export async function appendText(handle: FileHandle, lines: string, mend: string): Promise<void> {
  const text = (await endsTorn(handle)) ? mend + lines : lines;
  await writeAll(handle, Buffer.from(text), null);
}

async function endsTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== 0x0a;
}

/** Writes all of `bytes` at `position`, or at the end of a file open for appending (null). */
export async function writeAll(handle: FileHandle, bytes: Buffer, position: number | null): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    // On a full disk the first call writes less than it was given, and only the second one fails.
    const at = position === null ? null : position + done;
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at);
    done += bytesWritten;
  }
}
