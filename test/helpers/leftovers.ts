import { existsSync, globSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The beginning of the names of the directories of this process, from which a later run sees whose they were. */
export function ownPrefix(prefix: string): string {
  return `${prefix}${process.pid}-`;
}

/**
 * Removes what runs that were killed have left in `places`: directories of this user whose names have the number of a process that is
 * gone after `prefix`, and the servers whose data is in them. Returns the directories that were removed.
 */
export function removeLeftovers(prefix: string, places: readonly string[]): string[] {
  return places.flatMap(place => {
    if (!existsSync(place)) return [];
    return readdirSync(place).flatMap(name => {
      const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : [];
      const directory = join(place, name);
      if (pid === undefined || isRunning(Number(pid)) || !isMine(directory)) return [];
      for (const file of globSync('**/data/postmaster.pid', { cwd: directory }))
        endServer(directory, join(directory, file));
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
      return [directory];
    });
  });
}

function isMine(directory: string): boolean {
  return statSync(directory).uid === process.getuid?.();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process has that number.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Ends the process that a server's file names, if it runs with data in `directory`: the number may be another's by now. */
function endServer(directory: string, file: string): void {
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes(`${directory}/`)) process.kill(pid, 'SIGQUIT');
  } catch {
    // It has ended, or this system has no /proc.
  }
}
