import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

declare const BUNDLED: boolean | undefined;
// The build defines it; run from source, as the tests do, it does not exist.
const bundled = typeof BUNDLED !== 'undefined';

// The package's top, seen from the bundle in `dist` or from this file.
const top = new URL(bundled ? '../' : '../../', import.meta.url);

/** The thread that the embedded demo runs in. */
export const demoWorker = bundled
  ? new URL('./demo-worker.js', import.meta.url)
  : new URL('../demo/worker.ts', import.meta.url);

/** The demo's empty cluster, made by the build; from source there is none, and the demo makes its own. */
export const demoCluster = bundled ? new URL('./demo-cluster.tar.zst', import.meta.url) : undefined;

/** The package's SQL files. */
export const sqlDirectory = new URL('sql/', top);

/** The directory of the package, without a slash at its end. */
export const packageDirectory = fileURLToPath(new URL('.', top)).slice(0, -1);

/** What package.json says. */
export function readPackage(): { version: string; optionalDependencies: Record<string, string> } {
  return JSON.parse(readFileSync(new URL('package.json', top), 'utf8'));
}
