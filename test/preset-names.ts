/**
 * The files that still hold a name of a table or column of presets, besides the preset's own definition and the demo. A file
 * that is freed of them is taken off; none is added.
 */
export const stillNaming: readonly string[] = [
  'checklist/app-log/usage-words.ts',
  'checklist/run.ts',
  'checklist/steps.ts',
  'cli/commands/migrate.ts',
  'cli/commands/scan.ts',
  'cli/commands/simulate.ts',
  'cli/completion.ts',
  'cli/main.ts',
  'config/commands.ts',
  'config/flags.ts',
  'config/operation-marks.ts',
  'connection/block-settings.ts',
  'counters/find/define.ts',
  'simulation/explain-use.ts',
  'simulation/format-use.ts',
  'simulation/read-declarations.ts',
  'simulation/read-plan.ts',
  'simulation/real-use.ts',
  'simulation/simulation.ts',
  'simulation/sql/real-use-block.ts',
  'simulation/sql/simulation-block.ts',
  'simulation/usage-call.ts',
  'simulation/use-result.ts',
];
