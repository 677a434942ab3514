/** One measured number, and what it was meant to be. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What was asked of it, in words. */
  target?: string;
  /** True where the target was reached; left out where there is none. */
  met?: boolean;
}

/** The figure with a target: `most`, or less. */
export function atMost(most: number, figure: Figure): Figure {
  return { ...figure, target: `at most ${most}`, met: figure.value <= most };
}

/** A figure that should be 0. */
export function none(name: string, value: number): Figure {
  return { name, value, unit: '', target: '0', met: value === 0 };
}

/** The figure with a target: `least`, or more. */
export function atLeast(least: number, figure: Figure): Figure {
  return { ...figure, target: `at least ${least}`, met: figure.value >= least };
}
