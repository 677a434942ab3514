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
