// writes: none
import { create } from 'zustand';
export const usePresets = create(set => ({
  presets: [],
  update: (id, patch) => set(state => ({ presets: state.presets.map(p => (p.id === id ? { ...p, ...patch } : p)) })),
}));
export const bump = (id, n) => usePresets.getState().update(id, { usage_count: n + 1 });
