// writes: none
import { bump } from './counters';
import { presets, styles } from './schema';

export const usePreset = (id: string) => bump(presets, id);
export const useStyle = (id: string) => bump(styles, id);
