import { render as renderInk } from 'ink';
import { App } from './app.tsx';
import { Background } from './background.ts';
import type { KeyHandlers } from './keys/use-keys.ts';
import type { Store } from './store.ts';
import { type Theme, theme } from './theme.ts';

export { theme };

/** How the console ended; with the name of a context, the console opens again on that database. */
export type Ending = 'quit' | 'interrupted' | { context: string };

/** The console on the terminal. */
export interface RenderedScreen {
  /** Resolves when the console is left; rejects with the error given to `fail`. */
  ended: Promise<Ending>;
  /** Asks the terminal whether its background is light. */
  askBackground(): void;
  /** Gives the terminal back and ends with `error`. */
  fail(error: Error): void;
}

/** A terminal that gets every text as `change` makes it. */
function changed(terminal: NodeJS.WriteStream, change: (text: string) => string): NodeJS.WriteStream {
  return Object.create(terminal, {
    write: {
      value: (chunk: string | Uint8Array, ...rest: [(() => void)?]) =>
        terminal.write(typeof chunk === 'string' ? change(chunk) : chunk, ...rest),
    },
  });
}

// What Ink writes before a frame and after it.
const frameBegins = '\u001b[?2026h';
const frameEnds = '\u001b[?2026l';

/** A terminal that gets a frame in one piece: Ink writes up to four, and each would wake what reads them. */
export function inOnePiece(terminal: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(terminal, {
    write: {
      value: (chunk: string | Uint8Array, ...rest: [(() => void)?]) => {
        if (chunk === frameBegins) {
          terminal.cork();
          // A frame that fails has no end, and what gives the terminal back is written after it.
          process.nextTick(() => terminal.uncork());
        }
        const hasRoom = terminal.write(chunk, ...rest);
        if (chunk === frameEnds) terminal.uncork();
        return hasRoom;
      },
    },
  });
}

/** A terminal for --ascii: Ink's mark of what it cuts is the only other character that is left, and becomes `mark`. */
export function markingInAscii(terminal: NodeJS.WriteStream, mark: string): NodeJS.WriteStream {
  return changed(terminal, text => text.replaceAll('\u2026', mark));
}

/** Draws the console on the alternate screen, so that the terminal is restored afterwards. */
export function render(
  store: Store,
  looks: Theme,
  whyNotContext: KeyHandlers['whyNotContext'],
): RenderedScreen {
  const background = new Background(process.env, { colors: looks.colors });
  const terminal = changed(inOnePiece(process.stdout), text => background.adapted(text));
  const app = renderInk(<App {...{ store, looks, background, whyNotContext }} />, {
    stdin: background.input(process.stdin),
    stdout: looks.ascii ? markingInAscii(terminal, looks.glyphs.ellipsis) : terminal,
    alternateScreen: true,
    // Writes only the lines that changed: a tick of a busy list costs hundreds of bytes instead of thousands.
    incrementalRendering: true,
    // useKeys handles Ctrl-C, which has its own exit code.
    exitOnCtrlC: false,
    patchConsole: false,
    // With CI set, Ink would draw nothing until the end, even in a real terminal.
    interactive: true,
    maxFps: 60,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Ending>();
  // useKeys ends it, with nothing else.
  app.waitUntilExit().then(value => resolve((value as Ending | undefined) ?? 'quit'), reject);
  return {
    ended: promise,
    askBackground: () => background.ask(process.stdout),
    fail(error) {
      reject(error);
      app.unmount();
    },
  };
}
