import { useApp, useInput, usePaste } from 'ink';
import { useEffect, useRef } from 'react';
import { bindingFor } from '../keymap.ts';
import { keyNames } from '../keys.ts';
import type { Action, State } from '../state.ts';

export interface KeyHandlers {
  dispatch: (action: Action) => void;
  /** The state after everything that was dispatched so far. */
  current: () => State;
  refresh: () => void;
}

/** Turns keys into actions by the table of bindings; pasted text only ever becomes text. */
export function useKeys({ dispatch, current, refresh }: KeyHandlers): void {
  const { exit, suspendTerminal } = useApp();
  const press = (key: string) => {
    const state = current();
    if (key === 'ctrl+c') return exit('interrupted');
    if (state.editingFilter) return typeFilter(key, dispatch);
    const binding = bindingFor(key, state.screen);
    if (!binding || binding.disabled?.(state)) return;
    if (binding.does === 'quit') return exit();
    if (binding.does === 'refresh') return refresh();
    if (binding.does === 'suspend') return void suspend(suspendTerminal);
    dispatch(binding.does);
  };
  const latest = useRef(press);
  useEffect(() => {
    latest.current = press;
  });
  useInput((input, key) => {
    for (const name of keyNames(input, key)) latest.current(name);
  });
  usePaste(text => {
    if (current().editingFilter) dispatch({ type: 'type-filter', text: text.trim().replace(/\s+/g, ' ') });
  });
}

function typeFilter(key: string, dispatch: (action: Action) => void): void {
  if (key === 'return') dispatch({ type: 'keep-filter' });
  else if (key === 'escape') dispatch({ type: 'clear-filter' });
  else if (key === 'backspace') dispatch({ type: 'erase-filter' });
  else if (Array.from(key).length === 1) dispatch({ type: 'type-filter', text: key });
}

/** Gives the terminal to the shell until `fg`, as any program does on Ctrl-Z. */
async function suspend(suspendTerminal: ReturnType<typeof useApp>['suspendTerminal']): Promise<void> {
  await suspendTerminal(
    () =>
      new Promise(resolve => {
        process.once('SIGCONT', () => resolve());
        // The whole process group, as the terminal itself would: npm, which may have started this, has to stop as well.
        process.kill(0, 'SIGTSTP');
      }),
  );
}
