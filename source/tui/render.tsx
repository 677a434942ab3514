import { render as renderInk } from 'ink';
import { App } from './app.tsx';
import type { Store } from './store.ts';
import { type Theme, theme } from './theme.ts';

export { theme };

/** How the console ended. */
export type Ending = 'quit' | 'interrupted';

/** The console on the terminal. */
export interface RenderedScreen {
  /** Resolves when it is left, and rejects with what `fail` was given. */
  ended: Promise<Ending>;
  /** Gives the terminal back and ends with `error`. */
  fail(error: Error): void;
}

/** Draws the console on the alternate screen, so that the terminal is given back as it was. */
export function render(store: Store, looks: Theme): RenderedScreen {
  const app = renderInk(<App store={store} looks={looks} />, {
    alternateScreen: true,
    // Only lines that changed are written: a tick of a busy list costs hundreds of bytes instead of thousands.
    incrementalRendering: true,
    // Ctrl-C ends with its own exit code, which the key table decides.
    exitOnCtrlC: false,
    patchConsole: false,
    // With CI set, Ink would draw nothing until the end, even in a real terminal.
    interactive: true,
    maxFps: 30,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Ending>();
  app.waitUntilExit().then(value => resolve(value === 'interrupted' ? 'interrupted' : 'quit'), reject);
  return {
    ended: promise,
    fail(error) {
      reject(error);
      app.unmount();
    },
  };
}
