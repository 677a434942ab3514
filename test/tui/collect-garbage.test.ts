import { constants, PerformanceObserver } from 'node:perf_hooks';
import { expect, test, vi } from 'vitest';
import { collectOftenForAMoment, leaveGarbage } from '../../source/tui/collect-garbage.ts';

test('garbage is collected while much is made', async () => {
  let forced = 0;
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      const { flags } = (entry as unknown as { detail: { flags: number } }).detail;
      // Such as V8 does not begin by itself.
      if ((flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) forced += 1;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  collectOftenForAMoment();
  try {
    const made = Array.from({ length: 1_000_000 }, (_, index) => index);
    await vi.waitFor(() => expect(forced).toBeGreaterThan(0), { timeout: 20_000 });
    expect(made).toHaveLength(1_000_000);
  } finally {
    leaveGarbage();
    observer.disconnect();
  }
});
