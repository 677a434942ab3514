import { tmpdir } from 'node:os';
import pty from '@lydell/node-pty';

/** The size of a terminal. */
export interface Size {
  columns: number;
  rows: number;
}

/** How to start a program, and how to leave it. */
export interface Program {
  name: string;
  file: string;
  args: string[];
  env: Record<string, string>;
  /** What it has written once its list, or its prompt, is on screen. */
  ready: RegExp;
  quit: string;
}

/** A program in a pseudo-terminal, whose output is counted and timed as it arrives; nobody draws it. */
export interface Running {
  readonly pid: number;
  /** Bytes written so far. */
  bytes(): number;
  press(key: string): void;
  /** Resolves with what was written from now on, as soon as that matches `wanted`; rejects after `patience` ms, by default 20 s. */
  until(wanted: RegExp, patience?: number): Promise<{ text: string; at: number }>;
  /** Presses the key that quits and waits for the end; a program that does not end within 3 s is killed. */
  leave(): Promise<void>;
}

/** Starts a program with an environment that has PATH, HOME and TERM, and what the program itself needs. */
export function startProgram({ file, args, env, quit }: Program, { columns, rows }: Size): Running {
  const { PATH = '', HOME = '' } = process.env;
  const child = pty.spawn(file, args, {
    cols: columns,
    rows,
    cwd: tmpdir(),
    env: { PATH, HOME, TERM: 'xterm-256color', ...env },
  });
  const listeners = new Set<(data: string) => void>();
  let bytes = 0;
  child.onData(data => {
    bytes += Buffer.byteLength(data);
    // Some ask where the cursor is and wait for the answer.
    if (data.includes('\u001b[6n')) child.write('\u001b[1;1R');
    for (const listener of listeners) listener(data);
  });
  const kill = () => child.kill('SIGKILL');
  // Whatever ends the measuring ends what it measures.
  process.once('exit', kill);
  const ended = new Promise<void>(resolve =>
    child.onExit(() => {
      process.removeListener('exit', kill);
      resolve();
    }),
  );
  return {
    pid: child.pid,
    bytes: () => bytes,
    press: key => child.write(key),
    until(wanted, patience = 20_000) {
      return new Promise((resolve, reject) => {
        let text = '';
        const listen = (data: string) => {
          text += data;
          if (!wanted.test(text)) return;
          finish();
          resolve({ text, at: performance.now() });
        };
        const finish = () => {
          clearTimeout(timer);
          listeners.delete(listen);
        };
        const timer = setTimeout(() => {
          finish();
          reject(
            new Error(
              `${file} did not show ${wanted} within ${patience / 1_000} s. It wrote:\n${text.slice(-2000)}`,
            ),
          );
        }, patience);
        listeners.add(listen);
      });
    },
    async leave() {
      const timer = setTimeout(kill, 3_000);
      child.write(quit);
      await ended;
      clearTimeout(timer);
    },
  };
}
