// writes: 20 orm
import type { Request, Response } from 'express';
import { AppDataSource } from '../data-source';
import { Preset } from '../entities/Preset';
import { PresetUsage } from '../entities/PresetUsage';

const presets = AppDataSource.getRepository(Preset);
const usages = AppDataSource.getRepository(PresetUsage);

export async function usePreset(req: Request, res: Response) {
  const preset = await presets.findOneBy({ id: req.params.id });
  if (!preset) {
    res.status(404).json({ message: 'Preset not found' });
    return;
  }

  await usages.save(usages.create({ preset }));

  preset.usageCount += 1;
  await presets.save(preset);

  res.json({ id: preset.id, usageCount: preset.usageCount });
}
