#!/usr/bin/env -S node --max-semi-space-size=1 --min-semi-space-size=1 --v8-pool-size=1 --no-turbofan --no-maglev
// The list makes short-lived garbage with every frame. V8 would let it grow to tens of megabytes before collecting it; kept
// small, it is collected in a millisecond. A second V8 thread would only cost memory (3 MB), and optimizing compilers are needed later: see config/optimizer.ts. With these, and with tui/collect-garbage.ts, the console stays under 100 MB.
import nodeModule from 'node:module';

// Ink needs features of this version; an older one would fail midway.
const least = 22;
if (Number(process.versions.node.split('.')[0]) < least) {
  process.stderr.write(
    `preset-usage needs Node ${least} or later, but this is ${process.version}.\nInstall a newer Node, or use npm start, which brings its own.\n`,
  );
  process.exitCode = 2;
} else {
  // Loaded only now, so that it is read from the compile cache.
  nodeModule.enableCompileCache();
  await import('./main.ts');
}
