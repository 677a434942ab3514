// writes: none
export const usePresets = create<S>((set) => ({
  presets: [],
  use: (id) => set((s) => ({ presets: s.presets.map((p) => (p.id === id ? { ...p, usage_count: p.usage_count + 1 } : p)) })),
}))
