#!/usr/bin/env node
import nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { refuse } from './refuse.ts';

/** The oldest Node that this runs on, as package.json says it; the build defines it. */
declare const OLDEST_NODE: string;

if (isOlder(process.versions.node, OLDEST_NODE)) {
  // It would fail midway, and could not even load what tells errors.
  refuse(
    'old-node',
    `preset-usage needs Node ${OLDEST_NODE} or later, but this is ${process.version}.`,
    'Install a newer Node; in a checkout npx preset-usage finds the one that npm ci installed.',
  );
} else {
  // Compilers are needed later: see config/optimizer.ts. With this, and with tui/collect-garbage.ts, the console stays under
  // 100 MB. It is set here because BusyBox's env takes no flags in the first line.
  for (const flag of ['--no-turbofan', '--no-maglev', '--no-sparkplug', '--no-regexp-optimization'])
    setFlagsFromString(flag);
  // Loaded only now, so that it is read from the compile cache.
  nodeModule.enableCompileCache();
  await import('./main.ts');
}

function isOlder(version: string, oldest: string): boolean {
  const [[major = 0, minor = 0], [least = 0, leastMinor = 0]] = [version, oldest].map(text =>
    text.split('.').map(Number),
  ) as [number[], number[]];
  return major < least || (major === least && minor < leastMinor);
}
