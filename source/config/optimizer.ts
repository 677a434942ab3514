import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 optimize what runs often. The program starts without: until the list is on screen little runs often, and V8's optimizing
 * compilers take 12 MB and a tenth of the time to there.
 */
export function optimizeHotCode(): void {
  setFlagsFromString('--turbofan');
}
