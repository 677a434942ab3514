import type { Handler, Step } from '../../../sql/body/steps.ts';
import type { Expression } from '../expression.ts';
import { opaque } from '../scope.ts';
import type { State, Variables } from '../variables.ts';
import type { Lock } from './locks.ts';
import { catching } from './trying.ts';

/** A block or a loop on the way, and how it is left. */
export interface Frame {
  label: string | null;
  isLoop: boolean;
  /** What variables hold before it. */
  variables: Variables;
  /** The length of the path before it. */
  depth: number;
  /** Where EXIT leaves it. */
  left: { state: State; locks: ReadonlySet<Lock> }[];
  /** Where CONTINUE begins it again. */
  rounds: (readonly Expression[])[];
  /** What errors that are raised here are caught by it. */
  catches: readonly Handler[];
  /** Which errors its handlers replace with others. */
  replaces: readonly Handler[];
  /** Where one of them is raised. */
  raised: (readonly Expression[])[];
  /** Where what stands behind it is not reached: RETURN, or EXIT of something around it. */
  over: (readonly Expression[])[];
}

/** The blocks and loops around a step, the innermost last. */
export class Frames {
  readonly #frames: Frame[] = [];

  /** Walks a block or a loop that EXIT and CONTINUE may leave. */
  inside<T>(
    { label, isLoop }: Pick<Frame, 'label' | 'isLoop'>,
    { variables, path }: State,
    walk: (frame: Frame) => T,
  ): T {
    const frame: Frame = {
      label,
      isLoop,
      variables: new Map(variables),
      depth: path.length,
      left: [],
      rounds: [],
      catches: [],
      replaces: [],
      raised: [],
      over: [],
    };
    this.#frames.push(frame);
    const result = walk(frame);
    this.#frames.pop();
    return result;
  }

  /** RETURN: what stands behind all of them is not reached from here. */
  end(path: readonly Expression[]): void {
    for (const each of this.#frames) each.over.push(path);
  }

  /** EXIT or CONTINUE. */
  leave({ label, exit }: Extract<Step, { kind: 'leave' }>, state: State, locks: ReadonlySet<Lock>): void {
    const place = this.#frames.findLastIndex(each => (label === null ? each.isLoop : each.label === label));
    const frame = this.#frames[place];
    if (!frame) return;
    for (const each of this.#frames.slice(place + 1)) each.over.push(state.path);
    if (exit) frame.left.push({ state, locks });
    else frame.rounds.push(state.path);
  }

  /**
   * RAISE: an error goes to the innermost block that surely catches it. Blocks on the way there that may catch it are noted too.
   * Returns whether one surely does.
   */
  raise(given: string | null, path: readonly Expression[]): boolean {
    let as = given;
    for (const frame of this.#frames.toReversed()) {
      if (catching(frame.replaces, as) !== 'no') as = null;
      const caught = catching(frame.catches, as);
      if (caught === 'no') continue;
      frame.raised.push(caught === 'yes' ? path : [...path, opaque('an error that may be caught')]);
      if (caught === 'yes') return true;
    }
    return false;
  }
}
