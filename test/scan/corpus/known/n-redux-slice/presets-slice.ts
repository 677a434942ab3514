// writes: none
const presetsSlice = createSlice({
  name: 'presets',
  initialState: { items: [] as Preset[] },
  reducers: {
    used(state, action) {
      const preset = state.items.find(p => p.id === action.payload);
      if (preset) preset.usage_count += 1;
    },
  },
});
export const { used } = presetsSlice.actions;
