// writes: none
export const usePresetStore = create<State>(set => ({
  presets: {},
  bump: id =>
    set(state => ({
      presets: { ...state.presets, [id]: { ...state.presets[id], usage_count: state.presets[id].usage_count + 1 } },
    })),
}));
