// writes: none
import { createAsyncThunk, createEntityAdapter, createSlice } from '@reduxjs/toolkit';
import { api } from '../api';
import type { RootState } from '.';

interface Preset {
  id: string;
  name: string;
  usage_count: number;
}

const adapter = createEntityAdapter<Preset>();

export const applyPreset = createAsyncThunk('presets/apply', async (presetId: string) => {
  await api.post('/preset-usage', { presetId });
  return presetId;
});

const slice = createSlice({
  name: 'presets',
  initialState: adapter.getInitialState(),
  reducers: { received: adapter.setAll },
  extraReducers: builder => {
    builder.addCase(applyPreset.pending, (state, { meta }) => {
      const preset = state.entities[meta.arg];
      if (preset) preset.usage_count += 1;
    });
    builder.addCase(applyPreset.rejected, (state, { meta }) => {
      const preset = state.entities[meta.arg];
      if (preset) {
        adapter.updateOne(state, { id: meta.arg, changes: { usage_count: preset.usage_count - 1 } });
      }
    });
  },
});

export const presetSelectors = adapter.getSelectors((state: RootState) => state.presets);
export default slice.reducer;
