import { useEffect, useState } from 'react';
import type { Store } from '../store.ts';
import { lateAfter } from './health-line.tsx';

/**
 * This machine's clock in milliseconds since 1970. It advances every second only while an age is on screen: after a
 * failure, in a pause, or when numbers are late. Otherwise it stays at the last tick, so that no frame is drawn for it.
 */
export function useClock(store: Store): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      const { failure, paused, freshAt, pace } = store.get();
      const late = freshAt !== null && Date.now() - freshAt > lateAfter(pace);
      if (failure || paused || late) setNow(Date.now());
    }, 1000);
    return () => clearInterval(timer);
  }, [store]);
  return Math.max(now, store.get().freshAt ?? 0);
}
