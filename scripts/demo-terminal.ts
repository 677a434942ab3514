import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
// The demo starts in 2 to 4 s.
const patience = 60_000;

/** The built console on its demo, in a pseudo-terminal. */
export interface DemoTerminal {
  /** What it shows. */
  readonly terminal: xterm.Terminal;
  press(keys: string): void;
  /** Resolves once the screen shows `wanted`; rejects with the current screen if that takes too long. */
  until(wanted: RegExp): Promise<void>;
  /** Resolves once the program has ended. */
  readonly ended: Promise<unknown>;
}

/** A terminal without a program, which counts cells as most do today. */
export function makeTerminal(size: { cols: number; rows: number }): xterm.Terminal {
  const terminal = new xterm.Terminal({ ...size, allowProposedApi: true, scrollback: 0 });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  return terminal;
}

/** Starts it; `heard` gets all that the program writes. */
export function startDemo(
  size: { cols: number; rows: number },
  heard: (text: string) => void = () => {},
): DemoTerminal {
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env;
  const terminal = makeTerminal(size);
  // Started without a .env and with an environment that names no database, so that it opens the demo.
  const child = pty.spawn(process.execPath, [program], {
    ...size,
    cwd: TMPDIR,
    // A plan shows where its receipt goes, so this must not be a real user's directory.
    env: {
      PATH,
      HOME,
      TMPDIR,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      XDG_STATE_HOME: '/home/you/.local/state',
    },
  });
  const changed = new EventTarget();
  child.onData(data => {
    heard(data);
    terminal.write(data, () => changed.dispatchEvent(new Event('drawn')));
  });
  terminal.onData(answer => child.write(answer));
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    terminal,
    press: keys => child.write(keys),
    until: wanted =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`The console did not show ${wanted}. It shows:\n${screenOf(terminal)}`)),
          patience,
        );
        const look = () => {
          if (!wanted.test(screenOf(terminal))) return;
          clearTimeout(timer);
          changed.removeEventListener('drawn', look);
          resolve();
        };
        changed.addEventListener('drawn', look);
        look();
      }),
    ended: new Promise(resolve => child.onExit(resolve)),
  };
}

/** The rows that a terminal shows, as one text. */
export function screenOf(terminal: xterm.Terminal): string {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) =>
    active.getLine(active.viewportY + row)?.translateToString(true),
  ).join('\n');
}
