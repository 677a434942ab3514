import { isAbsolute, join } from 'node:path';

/**
 * Where this console keeps its files, by the XDG Base Directory Specification: there a relative
 * `XDG_STATE_HOME` counts as unset. The directory need not exist.
 */
export function stateDirectory(environment: Record<string, string | undefined>, home: string): string {
  const { XDG_STATE_HOME: state } = environment;
  const base = state !== undefined && isAbsolute(state) ? state : join(home, '.local', 'state');
  return join(base, 'preset-usage-console');
}
