// writes: none
import { writable } from 'svelte/store';
export const presets = writable<Preset[]>([]);
export const markUsed = (id: string) =>
  presets.update(list => list.map(p => (p.id === id ? { ...p, usage_count: p.usage_count + 1 } : p)));
