import { useEffect, useState } from 'react';
import type { State } from '../state/model.ts';
import type { Store } from '../store.ts';
import { lateAfter } from './health-line.tsx';

const second = 1_000;

/**
 * This machine's clock in milliseconds since 1970. It advances every second only while an age is on screen: after a
 * failure, in a pause, or when numbers are late. Otherwise it stays at the last tick, so that no frame is drawn for it.
 */
export function useClock(store: Store): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined;
    let due = Number.POSITIVE_INFINITY;
    const ring = () => {
      due = Number.POSITIVE_INFINITY;
      if (untilShown(store.get()) <= 0) setNow(Date.now());
      wait();
    };
    // It also changes what is awaited if a read fails, or if the console is paused.
    const wait = () => {
      const next = Date.now() + Math.max(second, untilShown(store.get()));
      if (next >= due) return;
      clearTimeout(timer);
      due = next;
      timer = setTimeout(ring, due - Date.now());
    };
    wait();
    const leave = store.subscribe(wait);
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [store]);
  return Math.max(now, store.get().freshAt ?? 0);
}

/** In how many milliseconds an age is on screen unless something is read before; none if one is. */
function untilShown({ failure, paused, freshAt, pace }: State): number {
  if (failure || paused) return 0;
  return freshAt === null ? Number.POSITIVE_INFINITY : freshAt + lateAfter(pace) - Date.now() + 1;
}
