/** How far the demo is with starting: `done` of `total` in this stage, in whatever the stage counts. */
export interface DemoProgress {
  /** Words for a person, such as `Filling history`. */
  stage: string;
  done: number;
  total: number;
}

export type OnProgress = (progress: DemoProgress) => void;
