import { emptyOutcome, type Outcome } from './change.ts';
import { doubtReset } from './stored-otherwise.ts';
import { Walk } from './walk/walk.ts';
import type { ReadRoutine, Start, World } from './world.ts';

/** Goes through a body once, down every branch that the start does not rule out, and tells what it does to tables. */
export function interpret(read: ReadRoutine, start: Start, world: World): Outcome {
  const outcome = emptyOutcome();
  let last = 0;
  const walk = new Walk(read, start, {
    world,
    outcome,
    depth: 0,
    loops: 0,
    unclear: null,
    held: { locks: new Set() },
    next: () => ++last,
  });
  walk.run(start.when ? [walk.condition(start.when)] : []);
  doubtReset(outcome);
  return outcome;
}
