import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { LogFile } from './log-files.ts';

/** A line longer than this many characters is cut. */
const longestLine = 1_000_000;

/**
 * Calls `onLine` for each line of a log file, without its line break. Reads gzip or plain files, in UTF-8, or in UTF-16
 * with a byte order mark; invalid bytes are replaced. It is streamed: at most a line and two chunks are in memory. Rejects
 * with the errors of `fs` and `zlib`, and when `signal` is aborted.
 */
export async function readLines(
  log: LogFile,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (log.size === 0) return;
  const { buffer } = await log.handle.read({ buffer: Buffer.alloc(2), position: 0 });
  const source = log.handle.createReadStream({ start: 0, end: log.size - 1, autoClose: false });
  const split = (chunks: AsyncIterable<Buffer>) => splitLines(chunks, onLine);
  const options = signal ? { signal } : {};
  // Detected by its first bytes, not its name, because logrotate's names vary.
  if (buffer.readUInt16BE() === 0x1f8b) await pipeline(source, createGunzip(), split, options);
  else await pipeline(source, split, options);
}

/** Splits text into lines. node:readline does not limit their length, and also splits at U+2028, which JSON may contain. */
async function splitLines(chunks: AsyncIterable<Buffer>, onLine: (line: string) => void): Promise<void> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let kept = '';
  const add = (text: string) => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      onLine(ended(kept + text.slice(start, end)));
      kept = '';
      start = end + 1;
    }
    if (kept.length < longestLine) kept += text.slice(start);
  };
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    const text = decoder.decode(chunk, { stream: true });
    // logrotate's copytruncate can leave NUL bytes before the next line.
    add(text.includes('\0') ? text.replaceAll('\0', '') : text);
  }
  add(decoder?.decode() ?? '');
  if (kept !== '') onLine(ended(kept));
}

const ended = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line).slice(0, longestLine);

function encodingOf(start: Buffer): string {
  const mark = start.length < 2 ? 0 : start.readUInt16BE();
  if (mark === 0xfffe) return 'utf-16le';
  return mark === 0xfeff ? 'utf-16be' : 'utf-8';
}
