// writes: none
const presetsAdapter = createEntityAdapter<Preset>()
export const onUsed = (state, id) => presetsAdapter.updateOne(state, { id, changes: { usage_count: state.entities[id].usage_count + 1 } })
