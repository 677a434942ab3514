/** A word of a command as the shell sees it, without quotes, and where it begins in the script. */
export interface ShellWord {
  text: string;
  at: number;
}

/** A command of a script with its input: here-documents and here-strings. */
export interface ShellCommand {
  words: ShellWord[];
  fed: ShellWord[];
  /** True if its output goes to the next command, or to a file. */
  piped: boolean;
  writesTo: string | null;
}

interface Waiting {
  command: ShellCommand;
  end: string;
  strips: boolean;
}

/**
 * Splits a script into commands and their words. It knows quotes, comments, continued lines and here-documents, and treats
 * everything else as words: enough to distinguish what is printed from what is run. An offset into a word is one into the
 * script, except after quotes inside the word.
 */
export function shellCommands(script: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const waiting: Waiting[] = [];
  let command = begin(commands);
  let at = 0;
  const finish = (piped: boolean) => {
    command.piped = piped;
    command = begin(commands);
  };
  while (at < script.length) {
    const character = script[at]!;
    if (character === '\n') {
      at += 1;
      for (const { command: reader, end, strips } of waiting.splice(0)) {
        const closing = new RegExp(`^${strips ? '\\t*' : ''}${end.replace(/[^\w]/g, '\\$&')}$`, 'm');
        const found = closing.exec(script.slice(at));
        const length = found ? found.index : script.length - at;
        reader.fed.push({ text: script.slice(at, at + length), at });
        at += length + (found?.[0].length ?? 0);
      }
      finish(false);
    } else if (/\s/.test(character)) at += 1;
    else if (script.startsWith('\\\n', at)) at += 2;
    else if (character === '#') at = endOfLine(script, at);
    else if (script.startsWith('<<<', at)) {
      const { word, next } = readWord(script, skipBlanks(script, at + 3));
      command.fed.push(word);
      at = next;
    } else if (script.startsWith('<<', at)) {
      const strips = script[at + 2] === '-';
      const { word, next } = readWord(script, skipBlanks(script, at + (strips ? 3 : 2)));
      waiting.push({ command, end: word.text, strips });
      at = next;
    } else if (character === '>') {
      const { word, next } = readWord(script, skipBlanks(script, at + 1));
      command.writesTo = word.text;
      at = Math.max(next, at + 1);
    } else if (/[;|&()]/.test(character)) {
      const pipes = character === '|' && script[at + 1] !== '|';
      at += script[at + 1] === character ? 2 : 1;
      finish(pipes);
    } else {
      const { word, next } = readWord(script, at);
      if (word.text !== '') command.words.push(word);
      at = Math.max(next, at + 1);
    }
  }
  return commands.filter(({ words, fed }) => words.length > 0 || fed.length > 0);
}

function begin(commands: ShellCommand[]): ShellCommand {
  const command: ShellCommand = { words: [], fed: [], piped: false, writesTo: null };
  commands.push(command);
  return command;
}

function skipBlanks(script: string, from: number): number {
  let at = from;
  while (script[at] === ' ' || script[at] === '\t') at += 1;
  return at;
}

function endOfLine(script: string, from: number): number {
  const end = script.indexOf('\n', from);
  return end === -1 ? script.length : end;
}

/** One word without its quotes; `at` is where its first quoted text begins, or else the word. */
function readWord(script: string, from: number): { word: ShellWord; next: number } {
  let text = '';
  let at = from;
  let begins = from;
  while (at < script.length && !/[\s;|&()<>]/.test(script[at]!)) {
    const character = script[at]!;
    if (character === "'" || character === '"') {
      const { inner, next } = quoted(script, at, character);
      if (inner.length > text.length) begins = at + 1 - text.length;
      text += inner;
      at = next;
    } else if (character === '\\') {
      text += script[at + 1] === '\n' ? '' : (script[at + 1] ?? '');
      at += 2;
    } else {
      text += character;
      at += 1;
    }
  }
  return { word: { text, at: begins }, next: at };
}

function quoted(script: string, from: number, quote: string): { inner: string; next: number } {
  let inner = '';
  let at = from + 1;
  while (at < script.length && script[at] !== quote) {
    if (quote === '"' && script[at] === '\\' && /["\\$`\n]/.test(script[at + 1] ?? '')) {
      inner += script[at + 1] === '\n' ? ' ' : script[at + 1];
      at += 2;
    } else {
      inner += script[at];
      at += 1;
    }
  }
  return { inner, next: at + 1 };
}
