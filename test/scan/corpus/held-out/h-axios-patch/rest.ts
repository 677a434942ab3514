// writes: 4 postgrest
import axios from 'axios';
const api = axios.create({ baseURL: `${process.env.SUPABASE_URL}/rest/v1` });
export const bump = (p: Preset) => api.patch(`/presets?id=eq.${p.id}`, { usage_count: p.usage_count + 1 });
