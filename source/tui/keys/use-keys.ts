import { useApp, useInput, usePaste } from 'ink';
import { useContext, useEffect, useRef } from 'react';
import { isPaste } from '../../format/detect-paste.ts';
import { matchingActions } from '../command/match.ts';
import type { CommandStep } from '../command/model.ts';
import { openMenu } from '../menu/choices.ts';
import { isRepairing } from '../repair/model.ts';
import { isAskingToStop, isTypingPhrase } from '../repair/state.ts';
import type { Action, Leaving, State } from '../state/model.ts';
import { isFirstScreen } from '../state/navigation.ts';
import { isTooSmall } from '../state/selectors.ts';
import { lostEvents } from '../state/watch-counter.ts';
import { keyNames } from './key-names.ts';
import { bindingFor, type KeyBinding } from './keymap.ts';
import { ScrollLimit } from './scroll-limit.ts';

export interface KeyHandlers {
  dispatch: (action: Action) => void;
  /** The state after everything dispatched so far. */
  current: () => State;
  refresh: () => void;
  /** Clears the screen and draws it whole. */
  redraw: () => void;
  /** Sends a text to the terminal to copy; returns what can be said of it. */
  copy: (text: string, what: string) => string;
  /** Resolves once the terminal sends nothing of its own any more. */
  quiet: () => Promise<void>;
  /** Why another context cannot be opened, once that is known; null if it can be. */
  whyNotContext: (name: string) => Promise<string | null>;
}

/** Turns keys into actions by the table of bindings. Pasted text never acts as keys. */
export function useKeys(handlers: KeyHandlers): void {
  const { dispatch, current, refresh, redraw, copy, quiet, whyNotContext } = handlers;
  const { exit: end, suspendTerminal, waitUntilRenderFlush } = useApp();
  const isLeft = useRef(false);
  const exit = (ending: Leaving | 'interrupted') => {
    isLeft.current = true;
    void quiet().then(() => end(ending));
  };
  const wanted = useRef<Leaving | null>(null);
  // This database stays open until the other one has answered.
  const go = async (to: Leaving) => {
    if (to === 'quit') return exit(to);
    wanted.current = to;
    const known = lostEvents(current());
    dispatch({ type: 'said', done: `Connecting to ${to.context}. Any key cancels.` });
    const whyNot = await whyNotContext(to.context);
    if (wanted.current !== to) return;
    if (whyNot !== null) dispatch({ type: 'said', whyNot });
    // Those that came meanwhile have not been asked about.
    else if (lostEvents(current()) > known) dispatch({ type: 'menu', menu: to });
    else exit(to);
  };
  const limit = useContext(ScrollLimit);
  const press = (key: string) => {
    if (isLeft.current) return;
    wanted.current = null;
    const state = current();
    const binding = bindingFor(key, state.screen);
    // Also where keys are typed into a field, and in a terminal that is too small.
    if (binding?.does === 'redraw') return redraw();
    if (state.whyNot !== null || state.done !== null) dispatch({ type: 'why-not', reason: null });
    if (key === 'ctrl+c') {
      // The first press stops the repair between two batches; a second one ends the console.
      if (!isRepairing(state) || state.repair?.stopping === 'agreed') return exit('interrupted');
      return dispatch({ type: 'repair', step: { kind: 'stop' } });
    }
    // Nobody should answer a question that is not visible.
    if (isTooSmall(state.size)) {
      if (key === 'q' && !isRepairing(state)) exit('quit');
      return;
    }
    if (state.editingFilter) return typeFilter(key, dispatch);
    if (state.command !== null) return typeCommand(key, state, { dispatch, run });
    if (state.menu !== null) return choose(key, state, { dispatch, copy, go });
    if (isAskingToStop(state))
      return dispatch({ type: 'repair', step: { kind: key === 'y' ? 'stop' : 'go-on' } });
    if (isTypingPhrase(state) && !moves.has(key)) return typePhrase(key, dispatch);
    if (binding) run(binding);
  };
  const run = (binding: KeyBinding, byName = false) => {
    const state = current();
    const reason = binding.disabled?.(state) ?? null;
    if (reason !== null) {
      if (byName || !binding.quiet) dispatch({ type: 'why-not', reason });
      return;
    }
    if (binding.does === 'quit' && !isFirstScreen(state)) return dispatch({ type: 'back' });
    if (binding.does === 'quit' || isContext(binding.does))
      return leave(binding.does, state, { dispatch, go });
    if (binding.does === 'refresh') return refresh();
    if (binding.does === 'suspend') return void suspend(suspendTerminal);
    if (binding.does === 'redraw') return redraw();
    dispatch(binding.does.type === 'move' ? { ...binding.does, last: limit.rows } : binding.does);
  };
  const latest = useRef(press);
  useEffect(() => {
    latest.current = press;
  });
  const together = useRef<string[]>([]);
  const pressTogether = () => {
    const names = together.current.splice(0);
    if (isTypingPhrase(current()) && isPaste(names, current().repair?.plan?.phrase ?? '')) {
      dispatch({ type: 'repair', step: { kind: 'pasted' } });
      if (names.includes('ctrl+c')) latest.current('ctrl+c');
      return;
    }
    // Ink waits between two frames, and one may just have been drawn for other reasons.
    void waitUntilRenderFlush();
    for (const name of names) {
      const before = current();
      latest.current(name);
      // Keys that arrived together with the one that opened a question were pressed before it could be read.
      const asks = isTypingPhrase(current()) && !isTypingPhrase(before);
      if (asks || (current().screen === 'repair' && before.screen !== 'repair')) return;
    }
  };
  useInput((input, key) => {
    // What the terminal sent in one piece arrives as several inputs, all before the next microtask.
    if (together.current.length === 0) queueMicrotask(pressTogether);
    together.current.push(...keyNames(input, key));
  });
  usePaste(text => {
    if (isTypingPhrase(current())) dispatch({ type: 'repair', step: { kind: 'pasted' } });
    if (current().command)
      dispatch({ type: 'command', step: { kind: 'type', text: text.trim().replace(/\s+/g, ' ') } });
    if (current().editingFilter) dispatch({ type: 'type-filter', text: text.trim().replace(/\s+/g, ' ') });
  });
}

type Exit = Pick<KeyHandlers, 'dispatch'> & { go: (to: Leaving) => void };

/** Ends the console, after a question if something is lost. */
function leave(how: Leaving, state: State, { dispatch, go }: Exit): void {
  if (lostEvents(state) > 0) dispatch({ type: 'menu', menu: how });
  else go(how);
}

function isContext(does: KeyBinding['does']): does is Exclude<Leaving, 'quit'> {
  return typeof does === 'object' && 'context' in does;
}

/** A key of the open menu; any other closes it. */
function choose(key: string, state: State, { dispatch, copy, go }: Exit & Pick<KeyHandlers, 'copy'>): void {
  const does = openMenu(state)?.choices.find(choice => choice.key === key)?.does;
  dispatch({ type: 'menu', menu: null });
  if (!does) return;
  if ('leave' in does) {
    go(does.leave);
    return;
  }
  if ('format' in does) {
    dispatch({ type: 'export', format: does.format });
    return;
  }
  const made = does.copy(state);
  dispatch({ type: 'said', ...('whyNot' in made ? made : { done: copy(made.text, made.what) }) });
}

function typeCommand(
  key: string,
  state: State,
  { dispatch, run }: Pick<KeyHandlers, 'dispatch'> & { run: (binding: KeyBinding, byName: boolean) => void },
): void {
  const step = (done: CommandStep) => dispatch({ type: 'command', step: done });
  if (key === 'return') {
    const { text = '', index = 0 } = state.command ?? {};
    const chosen = matchingActions(state, text)[index];
    if (!chosen) return;
    step({ kind: 'run', name: chosen.short });
    run(chosen, true);
  } else if (key === 'escape') step({ kind: 'close' });
  else if (key === 'backspace') step({ kind: 'erase' });
  else if (key === 'down' || key === 'tab') step({ kind: 'move', by: 1 });
  else if (key === 'up') step({ kind: 'move', by: -1 });
  else if (Array.from(key).length === 1) step({ kind: 'type', text: key });
}

function typeFilter(key: string, dispatch: (action: Action) => void): void {
  if (key === 'return') dispatch({ type: 'keep-filter' });
  else if (key === 'escape') dispatch({ type: 'clear-filter' });
  else if (key === 'backspace') dispatch({ type: 'erase-filter' });
  else if (Array.from(key).length === 1) dispatch({ type: 'type-filter', text: key });
}

/** Keys that scroll the plan while its phrase is being typed. */
const moves: ReadonlySet<string> = new Set(['up', 'down', 'pageup', 'pagedown']);

function typePhrase(key: string, dispatch: (action: Action) => void): void {
  if (key === 'return') dispatch({ type: 'repair', step: { kind: 'enter' } });
  else if (key === 'escape') dispatch({ type: 'repair', step: { kind: 'leave' } });
  else if (key === 'backspace') dispatch({ type: 'repair', step: { kind: 'erase' } });
  else if (Array.from(key).length === 1) dispatch({ type: 'repair', step: { kind: 'type', text: key } });
}

/** Gives the terminal to the shell until `fg`, like any program on Ctrl-Z. */
async function suspend(suspendTerminal: ReturnType<typeof useApp>['suspendTerminal']): Promise<void> {
  await suspendTerminal(
    () =>
      new Promise(resolve => {
        process.once('SIGCONT', () => resolve());
        // Signal the whole process group, as the terminal would: npm may have started this and must stop too.
        process.kill(0, 'SIGTSTP');
      }),
  );
}
