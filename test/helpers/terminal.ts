import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { patience } from './scale.ts';

/** The built console. */
export const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A program in a real pseudo-terminal, with a real terminal's screen to read. */
export interface Terminal {
  readonly pid: number;
  /** Every byte the program has written so far. */
  written(): string;
  /** The rows of the screen, without the spaces at their ends. */
  rows(): string[];
  /** The whole screen as one text. */
  screen(): string;
  /** Presses keys, as the bytes a terminal sends. */
  press(...keys: string[]): void;
  resize(columns: number, rows: number): void;
  /** Writes to the terminal's screen behind the program's back, as another process would. */
  overwrite(text: string): void;
  /** Resolves with the screen once it shows `wanted`; fails with the current screen if that takes too long. */
  until(wanted: RegExp | ((screen: string) => boolean), what?: string): Promise<string>;
  /** Resolves with the exit code once the program has ended and all its output was read. */
  exit(): Promise<number>;
  kill(signal?: string): void;
}

export const keys = {
  up: '\u001b[A',
  down: '\u001b[B',
  pageUp: '\u001b[5~',
  pageDown: '\u001b[6~',
  home: '\u001b[H',
  end: '\u001b[F',
  enter: '\r',
  escape: '\u001b',
  backspace: '\u007f',
  ctrlC: '\u0003',
} as const;

/** Types like a person after `prompt`: each letter is on screen before the next key is pressed. */
export async function typeAfter(prompt: string, terminal: Terminal, text: string): Promise<void> {
  let typed = '';
  for (const letter of text) {
    typed += letter;
    terminal.press(letter);
    // A space at the end of a row is not drawn, and a row may end anywhere.
    await terminal.until(
      screen => screen.replaceAll('\n', '').includes(`${prompt}${typed.trimEnd()}`),
      `"${typed}" being typed`,
    );
  }
}

/** Leaves the console from a screen behind the list, after a question, since its drift log is lost. Resolves with the exit code. */
export async function quitWithDrift(terminal: Terminal): Promise<number> {
  terminal.press('q');
  await terminal.until(/Enter open .* q quit$/m);
  terminal.press('q');
  await terminal.until(/^Quit\? \d+ drift events? would be lost\. {2}y quit {2}Esc stay$/m);
  terminal.press('y');
  return terminal.exit();
}

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  args?: string[];
  env?: Record<string, string>;
  /** The working directory; by default that of temporary files. */
  cwd?: string;
  /** What to run; by default the console. */
  command?: [string, ...string[]];
}

/** Starts the built console (or `command`) with an environment that names no databases except those in `env`. */
export function startTerminal({
  columns = 80,
  rows = 24,
  args = [],
  env = {},
  cwd,
  command,
}: TerminalOptions = {}): Terminal {
  const [file, ...rest] = command ?? [process.execPath, program, ...args];
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = pty.spawn(file, rest, {
    cols: columns,
    rows,
    cwd: cwd ?? TMPDIR,
    env: { PATH, HOME, TMPDIR, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  screen.loadAddon(new Unicode11Addon());
  screen.unicode.activeVersion = '11';
  let written = '';
  let unread = 0;
  const watchers = new Set<() => void>();
  // A real terminal never shows a frame that is half drawn or half read.
  const settled = () =>
    unread === 0 && written.lastIndexOf('\u001b[?2026h') <= written.lastIndexOf('\u001b[?2026l');
  child.onData(data => {
    written += data;
    unread += 1;
    screen.write(data, () => {
      unread -= 1;
      if (!settled()) return;
      for (const watcher of watchers) watcher();
    });
  });
  // A real terminal answers questions such as where its cursor is.
  screen.onData(answer => child.write(answer));
  const ended = new Promise<number>(resolve => child.onExit(({ exitCode }) => resolve(exitCode)));

  const readRows = () =>
    Array.from({ length: screen.rows }, (_, row) => {
      const line = screen.buffer.active.getLine(screen.buffer.active.viewportY + row);
      return line?.translateToString(true) ?? '';
    });
  const read = () => readRows().join('\n');

  return {
    pid: child.pid,
    written: () => written,
    rows: readRows,
    screen: read,
    press: (...pressed) => {
      for (const key of pressed) child.write(key);
    },
    resize(newColumns, newRows) {
      screen.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    overwrite(text) {
      screen.write(text, () => {
        for (const watcher of watchers) watcher();
      });
    },
    until(wanted, what = String(wanted)) {
      const found = typeof wanted === 'function' ? wanted : (text: string) => wanted.test(text);
      return new Promise((resolve, reject) => {
        const check = () => {
          const text = read();
          if (!found(text)) return;
          finish();
          resolve(text);
        };
        const timer = setTimeout(() => {
          finish();
          reject(
            new Error(`The screen did not show ${what} within ${patience / 1_000} s. It shows:\n${read()}`),
          );
        }, patience);
        const finish = () => {
          clearTimeout(timer);
          watchers.delete(check);
        };
        watchers.add(check);
        if (settled()) check();
      });
    },
    async exit() {
      const code = await ended;
      await new Promise<void>(resolve => screen.write('', resolve));
      return code;
    },
    kill: signal => child.kill(signal),
  };
}

/** True while the terminal shows its alternate screen, according to what was written to it. */
export function onAlternateScreen(written: string): boolean {
  return written.lastIndexOf('\u001b[?1049h') > written.lastIndexOf('\u001b[?1049l');
}
