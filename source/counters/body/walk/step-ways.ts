import type { Step } from '../../../sql/body/steps.ts';

/** The steps of a trigger that fires before a row: RETURN NULL refuses what happens, as an error does. */
export function withVetoes(steps: readonly Step[]): Step[] {
  return steps.map((step): Step => {
    const isNull =
      step.kind === 'return' && step.value && 'A_Const' in step.value && step.value.A_Const.isnull;
    if (isNull) return { kind: 'raise', veto: true, line: step.line };
    if (step.kind === 'choice')
      return {
        ...step,
        otherwise: withVetoes(step.otherwise),
        branches: step.branches.map(each => ({ ...each, steps: withVetoes(each.steps) })),
      };
    if (step.kind === 'block')
      return {
        ...step,
        steps: withVetoes(step.steps),
        handlers: step.handlers.map(each => ({ ...each, steps: withVetoes(each.steps) })),
      };
    return step.kind === 'loop' ? { ...step, steps: withVetoes(step.steps) } : step;
  });
}

/** Whether steps may raise an error, on whatever way. */
export function raises(steps: readonly Step[]): boolean {
  return steps.some(step => {
    if (step.kind === 'raise') return true;
    if (step.kind === 'choice')
      return raises(step.otherwise) || step.branches.some(branch => raises(branch.steps));
    return 'steps' in step && raises(step.steps);
  });
}

/** Whether steps end in no other way than by an error. */
export function onlyRaises(steps: readonly Step[]): boolean {
  return steps.every(step => {
    if (step.kind === 'choice')
      return onlyRaises(step.otherwise) && step.branches.every(branch => onlyRaises(branch.steps));
    if (step.kind === 'block') return step.handlers.length === 0 && onlyRaises(step.steps);
    if (step.kind === 'loop') return onlyRaises(step.steps);
    return step.kind !== 'return' && step.kind !== 'leave';
  });
}
