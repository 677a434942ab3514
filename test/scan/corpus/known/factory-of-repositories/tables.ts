// writes: none
import { tableOf } from './table';

export const presets = tableOf('presets');
export const styles = tableOf('styles');
