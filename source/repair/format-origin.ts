import type { HistoryEntry } from './history-entry.ts';

/** A few words about a receipt that this console may not have written; null for its own. */
export function originWords(origin: HistoryEntry['origin']): string | null {
  switch (origin) {
    case 'own':
      return null;
    case 'other-user':
      return 'written by another user or machine';
    case 'unsealed':
      return 'not verified: it has no seal';
    case 'other-key':
      return 'not verified: sealed elsewhere';
    case 'no-key':
      return 'not verified: no key to check it with';
    case 'exposed':
      return 'not verified: others could have changed it';
    case 'edited':
      return 'edited after it was written';
  }
}
