import { nounsOf } from '../../counter/definition/counter-nouns.ts';
import { rowsOf } from '../../counter/definition/nouns.ts';
import type { ConsoleError } from '../../errors/errors.ts';
import { presetName } from '../../format/preset-name.ts';
import { deletedCause } from '../../repair/plan/except-causes.ts';
import type { RepairPlan } from '../../repair/plan/repair-plan.ts';
import { noOptions, type RepairOptions } from '../../repair/repair.ts';
import { whyNotWrite } from '../keys/write-guard.ts';
import { nounsIn } from '../state/counter.ts';
import { markedIds, markedWords } from '../state/marks.ts';
import type { State } from '../state/model.ts';
import { selectedRow } from '../state/selectors.ts';
import { entryAtCursor, whyNotTakeBack } from './history.ts';
import { isRepairing, type Repair, type RepairStep, type Scope } from './model.ts';

/** True while letters are typed into the phrase and do not act as keys. */
export function isTypingPhrase({ repair, screen }: State): boolean {
  return screen === 'repair' && repair?.phase === 'typing';
}

/** True while it is asked whether a running repair shall stop, which one key answers. */
export function isAskingToStop({ repair, screen }: State): boolean {
  return screen === 'repair' && repair?.phase === 'running' && repair.stopping === 'asked';
}

/** True if running the plan would write nothing. */
export function isEmptyPlan({ changes, recordsToDelete, recordsToRestore }: RepairPlan): boolean {
  return changes.length === 0 && recordsToDelete === 0 && recordsToRestore === 0;
}

/** Why an option cannot be switched now; null if it can. */
export function whyNotToggle({ repair }: State, option: keyof RepairOptions): string | null {
  if (repair?.phase !== 'reviewing' || !repair.plan) return 'There is no plan to change yet.';
  const { plan, action, options } = repair;
  const { record, touched } = nounsOf(plan.inspected.tables.definition);
  const [, records] = record;
  const time = touched ?? 'time of the last use';
  switch (option) {
    case 'deleteHistory':
      return action === 'reset' ? null : `Only a reset deletes ${records}.`;
    case 'lastUsed':
      if (action !== 'sync') return `Only a sync sets ${time} from the ${records}.`;
      return plan.inspected.tables.presets.lastUsed === null ? `This table has no ${time}.` : null;
    case 'except':
      if (action !== 'sync') return 'Only a sync leaves out counts by their cause.';
      if (options.except !== undefined) return null;
      return plan.remarks.some(({ code }) => code === 'were-right')
        ? null
        : `No count of this plan is known to lack deleted ${records}.`;
    case 'suppressTriggers':
      if (options.suppressTriggers) return null;
      if (plan.firesTriggers.length === 0) return 'This plan fires no triggers.';
      return plan.whyNotSuppress === null
        ? null
        : `Triggers cannot be kept from firing: ${plan.whyNotSuppress}.`;
  }
}

/** Why the phrase cannot be typed now; null if it can. */
export function whyNotAsk(state: State): string | null {
  const { repair } = state;
  if (repair?.phase !== 'reviewing' || !repair.plan) return 'There is nothing to confirm.';
  return isEmptyPlan(repair.plan) ? 'There is nothing to change.' : whyNotWrite(state);
}

/** What each event and key does to the repair on screen. The same state if it has no effect in this phase. */
export function reduceRepair(state: State, step: RepairStep): State {
  const { repair } = state;
  if (step.kind === 'open') {
    return begin(state, { action: step.action, scope: scopeOf(state), receipt: null });
  }
  if (step.kind === 'take-back') {
    const entry = entryAtCursor(state);
    if (!entry || whyNotTakeBack(state) !== null) return state;
    return begin(state, { action: 'undo', scope: null, receipt: entry.id });
  }
  if (!repair) return state;
  const changed = (change: Partial<Repair>): State => ({ ...state, repair: { ...repair, ...change } });
  switch (step.kind) {
    case 'toggle': {
      if (whyNotToggle(state, step.option) !== null) return state;
      const options = toggled(repair.options, step.option);
      return { ...changed({ options, phase: 'planning', notice: null }), scroll: 0 };
    }
    case 'planned':
      return repair.phase === 'planning' ? changed({ phase: 'reviewing', plan: step.plan }) : state;
    case 'ask':
      return whyNotAsk(state) === null ? changed({ phase: 'typing', typed: '', notice: null }) : state;
    case 'type':
      if (repair.phase !== 'typing' || repair.typed.length >= longestPhrase) return state;
      return changed({ typed: repair.typed + step.text, notice: null });
    case 'erase':
      if (repair.phase !== 'typing') return state;
      return changed({ typed: Array.from(repair.typed).slice(0, -1).join(''), notice: null });
    case 'pasted':
      if (repair.phase !== 'typing') return state;
      return changed({ notice: 'Pasted text does not confirm: type the phrase.' });
    case 'enter':
      if (repair.phase !== 'typing' || !repair.plan) return state;
      if (repair.typed !== repair.plan.phrase) return changed({ notice: 'That is not the phrase.' });
      return { ...changed({ phase: 'running', typed: '', notice: null }), scroll: 0 };
    case 'leave':
      if (repair.phase === 'typing') return changed({ phase: 'reviewing', typed: '', notice: null });
      if (repair.phase === 'running')
        return repair.stopping === 'no' ? changed({ stopping: 'asked' }) : state;
      return { ...state, repair: null, screen: repair.from, scroll: 0 };
    case 'progress':
      return repair.phase === 'running' ? changed({ progress: step.progress }) : state;
    case 'stop':
      if (repair.phase !== 'running' || repair.stopping === 'agreed') return state;
      return changed({ stopping: 'agreed' });
    case 'go-on':
      return repair.stopping === 'asked' ? changed({ stopping: 'no' }) : state;
    case 'done':
      return { ...changed({ phase: 'done', outcome: step.outcome }), scroll: 0 };
    case 'failed':
      return failed(state, repair, step.error);
  }
}

function toggled(options: RepairOptions, option: keyof RepairOptions): RepairOptions {
  if (option !== 'except') return { ...options, [option]: !options[option] };
  const { except, ...rest } = options;
  return except === undefined ? { ...rest, except: [deletedCause] } : rest;
}

// A phrase contains a database's name, which has at most 63 bytes.
const longestPhrase = 200;

function begin(state: State, what: Pick<Repair, 'action' | 'scope' | 'receipt'>): State {
  if (isRepairing(state)) return state;
  const repair: Repair = {
    ...what,
    options: noOptions,
    from: state.screen,
    phase: 'planning',
    plan: null,
    typed: '',
    notice: null,
    progress: null,
    outcome: null,
    error: null,
    stopping: 'no',
  };
  // A repair of one preset must keep its target, however the list is sorted meanwhile.
  const selected = state.screen === 'list' ? null : what.scope?.ids[0];
  return { ...state, screen: 'repair', scroll: 0, repair, selected: selected ?? state.selected };
}

/** What the keys of the list and of a preset plan to repair: what is marked, else what a filter lists, or the open preset. */
function scopeOf(state: State): Scope | null {
  if (state.screen === 'list') {
    if (state.marked > 0) return { ids: markedIds(state), title: markedWords(state) };
    if (state.filter === '') return null;
    const ids = state.order.slice();
    return {
      ids,
      title: `${rowsOf({ nouns: nounsIn(state) }, ids.length)} that the filter "${state.filter}" lists`,
    };
  }
  const row = selectedRow(state);
  return row ? { ids: [row.id], title: presetName(row) } : null;
}

function failed(state: State, repair: Repair, error: ConsoleError): State {
  const changed = (change: Partial<Repair>): State => ({
    ...state,
    scroll: 0,
    repair: { ...repair, ...change },
  });
  // If this role or database does not support an option, it is switched off again and the previous plan stays.
  if (repair.phase === 'planning' && repair.plan && !sameOptions(repair.options, repair.plan.options)) {
    const { plan } = repair;
    return changed({ phase: 'reviewing', options: plan.options, notice: `${error.message} ${error.hint}` });
  }
  // Nothing was written; show a new plan to be reviewed.
  if (repair.phase === 'running' && error.code === 'stale-plan') {
    return changed({
      phase: 'planning',
      stopping: 'no',
      progress: null,
      notice: `${error.message} Nothing was changed. This is the new plan.`,
    });
  }
  return changed({ phase: 'failed', error });
}

function sameOptions(a: RepairOptions, b: RepairOptions): boolean {
  return (
    a.lastUsed === b.lastUsed &&
    a.deleteHistory === b.deleteHistory &&
    a.suppressTriggers === b.suppressTriggers &&
    (a.except === undefined) === (b.except === undefined)
  );
}
