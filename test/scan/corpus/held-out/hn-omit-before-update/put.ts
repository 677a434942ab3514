// writes: none
import { omit } from 'lodash';
export const put = (sb, preset) => sb.from('presets').update(omit(preset, ['usage_count', 'last_used_at'])).eq('id', preset.id);
