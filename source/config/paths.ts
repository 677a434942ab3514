import { readFileSync } from 'node:fs';

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
export const demoCluster = bundled ? new URL('./demo-cluster.tar.gz', import.meta.url) : undefined;

/** The package's SQL files. */
export const sqlDirectory = new URL('sql/', top);

/** The version in package.json. */
export function packageVersion(): string {
  const file = readFileSync(new URL('package.json', top), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
