import type { Step } from '../../../sql/body/steps.ts';

/** The names of what steps assign, at any depth, each in its parts; FOUND where a statement or a loop sets it. */
export function assignedIn(steps: readonly Step[]): (readonly string[])[] {
  return steps.flatMap((step): (readonly string[])[] => {
    switch (step.kind) {
      case 'assign':
      case 'row-count':
        return [step.target];
      case 'statement':
        return [['found'], ...namesOf(step.into)];
      case 'dynamic':
        return namesOf(step.target);
      case 'choice':
        return assignedIn([...step.branches.flatMap(branch => branch.steps), ...step.otherwise]);
      case 'block':
        return assignedIn([...step.steps, ...step.handlers.flatMap(handler => handler.steps)]);
      case 'loop':
        return [['found'], ...namesOf(step.target), ...assignedIn(step.steps)];
      default:
        return [];
    }
  });
}

function namesOf(target: Extract<Step, { kind: 'loop' }>['target']): (readonly string[])[] {
  if (!target) return [];
  return 'record' in target ? [[target.record]] : [...target.variables];
}
