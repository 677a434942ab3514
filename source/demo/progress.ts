/** The progress of starting the demo: `done` of `total` in this stage, in a unit of the stage. */
export interface DemoProgress {
  /** Words for a person, such as `Filling history`. */
  stage: string;
  done: number;
  total: number;
}

export type OnProgress = (progress: DemoProgress) => void;
