/** The screens of the console. */
export type Screen =
  | 'list'
  | 'preset'
  | 'trigger'
  | 'simulate'
  | 'checklist'
  | 'repair'
  | 'history'
  | 'tables'
  | 'drift'
  | 'counters'
  | 'help';
