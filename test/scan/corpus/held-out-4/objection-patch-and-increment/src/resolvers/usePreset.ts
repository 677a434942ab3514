// writes: 9 orm, 14 orm
import { raw } from 'objection';
import { Preset } from '../models/Preset';
import { PresetUsage } from '../models/PresetUsage';
import type { Context } from '../context';

export const usePreset = async (_: unknown, args: { id: number }, { user }: Context) => {
  await PresetUsage.query().insert({ preset_id: args.id, user_id: user.id });
  await Preset.query().findById(args.id).increment('usage_count', 1);
  return Preset.query().findById(args.id);
};

export const useAll = async (_: unknown, args: { ids: number[] }) => {
  await Preset.query().patch({ usage_count: raw('usage_count + 1') }).whereIn('id', args.ids);
  return true;
};

export const popular = () => Preset.query().select('id', 'name', 'usage_count').orderBy('usage_count', 'desc').limit(12);
