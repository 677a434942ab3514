import { emitKeypressEvents } from 'node:readline';
import { createInterface } from 'node:readline/promises';
import { refused } from '../../counter/guards.ts';
import { interrupted } from '../../errors/errors.ts';
import { isPaste } from '../../format/detect-paste.ts';

/** What a person did when asked for a phrase. */
type PhraseAnswer = 'typed' | 'wrong' | 'pasted' | 'left' | 'interrupted';

/** True where there is a person to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

const pasteOn = '\u001b[?2004h';
const pasteOff = '\u001b[?2004l';

/**
 * Asks on standard error for the phrase of a plan. Anything but the phrase, typed by hand, is a no; Ctrl-C and Ctrl-D
 * cancel. Terminals mark what is pasted.
 */
export async function askPhrase(phrase: string, signal: AbortSignal): Promise<PhraseAnswer> {
  let pasted = false;
  let interrupted = false;
  emitKeypressEvents(process.stdin);
  const onKey = (_: unknown, key: { name?: string } | undefined) => {
    if (key?.name === 'paste-start') pasted = true;
  };
  // A terminal that does not mark a paste still sends it in one piece.
  const onData = (piece: Buffer | string) => {
    const names = Array.from(String(piece), letter => (/[\r\n]/.test(letter) ? 'return' : letter));
    if (isPaste(names, phrase)) pasted = true;
  };
  process.stdin.on('keypress', onKey);
  process.stdin.on('data', onData);
  process.stderr.write(pasteOn);
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  try {
    lines.on('SIGTSTP', () => suspend(() => lines.prompt(true)));
    const left = new Promise<null>(resolve => lines.once('close', () => resolve(null)));
    lines.once('SIGINT', () => {
      interrupted = true;
      lines.close();
    });
    const answer = await Promise.race([
      lines
        .question(`Type "${phrase}" to confirm, or anything else to cancel: `, { signal })
        .catch(() => null),
      left,
    ]);
    if (answer === null) return interrupted || signal.aborted ? 'interrupted' : 'left';
    if (pasted) return 'pasted';
    return answer === phrase ? 'typed' : 'wrong';
  } finally {
    lines.close();
    process.stdin.off('keypress', onKey);
    process.stdin.off('data', onData);
    process.stderr.write(pasteOff);
  }
}

/** Throws unless the phrase was typed: exit code 130 where it was interrupted, else 4. */
export function requireTyped(answer: PhraseAnswer, action: string): void {
  if (answer === 'typed') return;
  if (answer === 'interrupted') throw interrupted();
  const why = {
    left: 'Cancelled.',
    wrong: 'The phrase did not match.',
    pasted: 'Pasted text does not confirm; type the phrase.',
  }[answer];
  throw refused('unconfirmed', `${why} Nothing was changed.`, `Run ${action} again for a new plan.`);
}

/** Gives the terminal to the shell until `fg`, then asks again. */
function suspend(again: () => void): void {
  process.once('SIGCONT', () => {
    process.stdin.setRawMode(true);
    process.stderr.write(pasteOn);
    again();
  });
  process.stderr.write(pasteOff);
  process.stdin.setRawMode(false);
  // The whole process group, as the terminal itself would: npm, which may have started this, has to stop as well.
  process.kill(0, 'SIGTSTP');
}
