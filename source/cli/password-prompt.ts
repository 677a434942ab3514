import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** True where there is a person to ask; standard output may still be a pipe. */
export function canAskPassword(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on standard error for a password, without an echo; null after Ctrl-C or Ctrl-D. `whose` is not escaped, so it has
 * to be safe to print.
 */
export async function askPassword(whose: string): Promise<string | null> {
  const silence = new Writable({ write: (_piece, _encoding, done) => done() });
  // A screen that was there before no longer waits for keys, and Node would end while somebody types.
  process.stdin.ref();
  // The terminal's own echo is off before anybody is asked.
  const lines = createInterface({ input: process.stdin, output: silence, terminal: true, historySize: 0 });
  process.stderr.write(`Password for ${whose}: `);
  try {
    const left = new Promise<null>(resolve => {
      lines.once('close', () => resolve(null));
      lines.once('SIGINT', () => lines.close());
    });
    return await Promise.race([lines.question('').catch(() => null), left]);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
