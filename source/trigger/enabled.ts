/** The contract's words for `tgenabled`. */
export type Enabled = 'origin' | 'always' | 'replica' | 'disabled';

export const enabledWords = { O: 'origin', A: 'always', R: 'replica', D: 'disabled' } as const;
