// writes: none
const presetsSlice = createSlice({
  name: 'presets',
  initialState: { items: [] as Preset[] },
  reducers: {
    update(state, action) { state.items = state.items.map((p) => p.id === action.payload ? { ...p, usage_count: p.usage_count + 1 } : p) },
    used(state, { payload }) { const p = state.items.find((x) => x.id === payload); if (p) p.usage_count += 1 },
  },
})
export const { update, used } = presetsSlice.actions
