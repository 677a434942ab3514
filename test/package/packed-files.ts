import { readdirSync } from 'node:fs';

const built = readdirSync(new URL('../../dist', import.meta.url));
/** A file with a sum of its contents in its name. */
const summed = (name: string) =>
  `dist/${built.find(file => new RegExp(`^${name}-[\\dA-Z]{8}\\.js$`).test(file)) ?? `${name} with a sum`}`;

/** What the package has: what it was told to have, and what npm puts into every one. */
export const packedFiles = [
  'LICENSE',
  'README.md',
  summed('chunk'),
  'dist/cli.js',
  'dist/command-line.js',
  'dist/demo-cluster.tar.zst',
  'dist/demo-worker.js',
  summed('later'),
  'dist/licenses.txt',
  'dist/parser-main.js',
  'dist/preset-usage-console.1',
  'dist/preset-usage.1',
  'dist/program.js',
  'dist/scan-main.js',
  'dist/scan-thread.js',
  'docs/config.schema.json',
  'docs/counters.schema.json',
  'package.json',
  'sql/20250930000001_fix_usage_tracking.sql',
  'sql/check-usage-data.sql',
  'sql/demo-counters.sql',
  'sql/demo-schema.sql',
  'sql/reset-usage-counts.sql',
  'sql/verify-usage-tracking.sql',
];
