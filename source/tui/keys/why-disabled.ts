import { count } from '../../format/numbers.ts';
import { driftAtCursor } from '../drift/state.ts';
import { isWatching } from '../preset/state.ts';
import { isRepairing } from '../repair/model.ts';
import { isSimulating } from '../simulation/simulation-state.ts';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { hidesRecords, selectedRow } from '../state/selectors.ts';
import { whyNotWrite } from './write-guard.ts';

export function whyNotOpen(state: State): string | null {
  return state.order.length === 0 ? `There is no ${nounsIn(state).row[0]} here.` : null;
}

export function whyNotWatch(state: State): string | null {
  if (isWatching(state)) return null;
  if (!selectedRow(state)) return `This ${nounsIn(state).row[0]} is gone.`;
  return state.paused ? 'Paused: press p to resume first.' : null;
}

/** Not what is being read: then the key waits for it. */
export function whyNotByHour(state: State): string | null {
  const { record } = nounsIn(state);
  if (!state.inspected) return null;
  if (hidesRecords(state)) return `This role may not see all ${record[1]}.`;
  const { time, timeType } = state.inspected.tables.records;
  if (time === null) return `No column has the time of a ${record[0]}.`;
  return timeType === 'date' ? `Of a ${record[0]} only the day is known.` : null;
}

export function whyNotOpenDrifted(state: State): string | null {
  const entry = driftAtCursor(state);
  if (!entry) return 'There is no event here.';
  return state.rows.has(entry.preset.id) ? null : `This ${nounsIn(state).row[0]} is gone.`;
}

export function whyNotSimulate(state: State): string | null {
  if (state.screen === 'list' && state.marked > 1)
    return `A simulation is of one ${nounsIn(state).row[0]}: ${count(state.marked)} are marked, and Esc unmarks them.`;
  if (!selectedRow(state)) return `There is no ${nounsIn(state).row[0]} here.`;
  if (state.readOnly) return 'Started with --read-only: a simulation writes before it rolls back.';
  return whyNotWrite(state) ?? whyBusy(state);
}

/** A real use that stays is made of presets only. */
export function whyNotUseReally(state: State): string | null {
  const plan = state.simulation.use?.plan;
  if (!watchesPresets(state))
    return `A real ${nounsIn(state).event[0]} cannot be made here: make one in the application.`;
  return plan ? whyNotSimulate(state) : 'It is not known yet how to make a use here.';
}

export function whyBusy(state: State): string | null {
  if (isRepairing(state)) return 'A repair is running already.';
  return isSimulating(state.simulation) ? 'A simulation or a step is running already.' : null;
}

export function whyNotRepair(state: State): string | null {
  if (state.readOnly) return 'Started with --read-only: nothing is written.';
  if (!state.inspected || !selectedRow(state)) return `There is no ${nounsIn(state).row[0]} here.`;
  return whyNotWrite(state) ?? whyBusy(state);
}

export function whyNotHistory(state: State): string | null {
  const { screen, repair } = state;
  if (screen !== 'repair' || repair?.phase === 'done' || repair?.phase === 'failed') return null;
  return whyNotLeave(state) ?? 'Leave the plan first.';
}

/** A plan, a simulation and a step are about the counter that is open. */
export function whyNotLeaveCounter(state: State): string | null {
  return whyNotHistory(state) ?? whyBusy(state);
}

/** Windows has no such signal, and no shell that would bring the console back. */
export function whyNotSuspend(state: State, platform: string = process.platform): string | null {
  return platform === 'win32' ? 'Windows cannot suspend a program.' : whyNotLeave(state);
}

/** Suspended in the middle of a batch, this program would keep the application's rows locked. */
export function whyNotLeave(state: State): string | null {
  return isRepairing(state) ? 'A repair is running: press Esc, then y, to stop it after this batch.' : null;
}
