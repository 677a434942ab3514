import { hostname, userInfo } from 'node:os';

/** The user of this machine, and the machine, as receipts name them. */
export function thisUser(): { user: string; host: string } {
  return { user: userName(), host: hostname() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry, as containers have them.
    return String(process.getuid?.() ?? 'unknown');
  }
}
