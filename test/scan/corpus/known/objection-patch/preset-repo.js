// writes: 5 orm
import { raw } from 'objection';
import Preset from './models/Preset.js';

export const markUsed = id => Preset.query().findById(id).patch({ usage_count: raw('usage_count + 1') });
