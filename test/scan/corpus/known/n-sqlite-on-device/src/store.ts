// writes: none
import { usePresetStore } from './stores';

export function useLocal(id: string, n: number) {
  const store = usePresetStore();
  store.presets.update(id, { usage_count: n + 1 });
}
