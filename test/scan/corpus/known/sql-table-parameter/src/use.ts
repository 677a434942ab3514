// writes: none
import { bumpCounter } from './counters';

export const usePreset = (presetId: string) => bumpCounter('presets', presetId);
export const useStyle = (styleId: string) => bumpCounter('styles', styleId);
