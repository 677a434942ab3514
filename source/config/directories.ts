import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

type Environment = Record<string, string | undefined>;

interface Kind {
  /** The variable of the XDG Base Directory Specification, which is followed everywhere. */
  variable: string;
  /** Below the home directory. */
  standard: string;
  macos: string;
  windows: { variable: string; standard: string };
  /** This program's directory in it. */
  own: string;
}

const local = { variable: 'LOCALAPPDATA', standard: 'AppData/Local' };
const kinds = {
  state: {
    variable: 'XDG_STATE_HOME',
    standard: '.local/state',
    macos: 'Library/Application Support',
    windows: local,
    own: 'preset-usage-console',
  },
  config: {
    variable: 'XDG_CONFIG_HOME',
    standard: '.config',
    macos: 'Library/Application Support',
    windows: { variable: 'APPDATA', standard: 'AppData/Roaming' },
    own: 'preset-usage',
  },
  cache: {
    variable: 'XDG_CACHE_HOME',
    standard: '.cache',
    macos: 'Library/Caches',
    windows: local,
    own: 'preset-usage-executable',
  },
} satisfies Record<string, Kind>;

/**
 * Where this program keeps its files of a kind: by the XDG Base Directory Specification, where a relative path counts as unset; without
 * its variables, where macOS and Windows have such files. What is there already by that specification stays there. The directory need
 * not exist.
 */
export function ownDirectory(
  kind: keyof typeof kinds,
  environment: Environment,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const { variable, standard, macos, windows, own }: Kind = kinds[kind];
  const { isAbsolute, join } = platform === 'win32' ? win32 : posix;
  const named = (name: string) => {
    const value = environment[name];
    return value !== undefined && isAbsolute(value) ? join(value, own) : null;
  };
  const given = named(variable);
  if (given !== null) return given;
  const usual = join(home, standard, own);
  if ((platform !== 'darwin' && platform !== 'win32') || existsSync(usual)) return usual;
  if (platform === 'darwin') return join(home, macos, own);
  return named(windows.variable) ?? join(home, windows.standard, own);
}
