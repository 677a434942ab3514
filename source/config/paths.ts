import { readFileSync } from 'node:fs';

declare const BUNDLED: boolean | undefined;
// The build defines it; run from source, as the tests do, it does not exist.
const bundled = typeof BUNDLED !== 'undefined';

/** The thread that the embedded demo runs in. */
export const demoWorker = bundled
  ? new URL('./demo-worker.js', import.meta.url)
  : new URL('../demo/worker.ts', import.meta.url);

/** The demo's empty cluster, made by the build; from source there is none, and the demo makes its own. */
export const demoCluster = bundled ? new URL('./demo-cluster.tar.gz', import.meta.url) : undefined;

/** The package's SQL files; beside `dist` as it is beside `source`. */
export const sqlDirectory = new URL('../../sql/', import.meta.url);

/** The version in package.json. */
export function packageVersion(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
