import type { Step } from '../../../sql/body/steps.ts';
import type { Outcome } from '../change.ts';
import type { Expression } from '../expression.ts';
import type { Scope, Surroundings } from '../scope.ts';
import type { State } from '../variables.ts';
import type { ReadRoutine, Start, World } from '../world.ts';
import type { Frames } from './frames.ts';
import type { Lock } from './locks.ts';

/** What a walk through a body shares with the walks through the routines that it calls. */
export interface Context {
  world: World;
  outcome: Outcome;
  depth: number;
  /** The loops around. */
  loops: number;
  /** In a routine that a call may mean: the call and the name, as the end of a sentence. */
  unclear: string | null;
  /** What is locked by now, whatever way was taken. */
  held: { locks: ReadonlySet<Lock> };
  /** A number that no other source has. */
  next(): number;
}

/** A walk through a body, for what walks a step of one kind. */
export interface Walking {
  readonly read: ReadRoutine;
  readonly start: Start;
  readonly around: Surroundings;
  readonly frames: Frames;
  context: Context;
  /** What is known before a step. Whatever walks the step sets this to what is known after it. */
  state: State;
  /** The line of the step. */
  readonly line: number;
  /** What names mean where it is. */
  scope(): Scope;
  /** Walks steps; returns the condition under which they have ended the body. */
  steps(steps: readonly Step[]): Expression;
  /** Walks the body of a routine that is called where it is; returns what that gives, if it is known. */
  enter(
    read: ReadRoutine,
    start: Start,
    context: Context,
    path: readonly Expression[],
  ): Expression | undefined;
}
