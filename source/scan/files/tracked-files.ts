import { execFile } from 'node:child_process';

/** What git tracks, or why it could not say. */
export type Tracked = { files: string[] } | { problem: string };

// Nothing that a repository configures may run, and the owner of a checkout in a container may be another user.
const flags = ['-c', 'core.fsmonitor=false', '-c', 'safe.directory=*', 'ls-files', '-z', '--cached'];

const longest = 60_000;

/** The files below a directory that git tracks, relative to it, with `/`. Never rejects. */
export function trackedFiles(directory: string): Promise<Tracked> {
  // Inside a hook, git's own variables name another repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const options = { cwd: directory, env, maxBuffer: 1024 * 1024 * 1024, timeout: longest };
  return new Promise(resolve => {
    execFile('git', flags, options, (error, out) => {
      if (error)
        resolve({ problem: error.code === 'ENOENT' ? 'git is not installed' : 'git answered with an error' });
      else resolve({ files: out.split('\0').filter(file => file !== '') });
    });
  });
}
