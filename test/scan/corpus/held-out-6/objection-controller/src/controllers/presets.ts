// writes: 12 orm
import type { Request, Response } from 'express';
import { raw } from 'objection';
import { Preset } from '../models/Preset';

export async function share(req: Request, res: Response) {
  await Preset.query().findById(req.params.id).increment('share_count', 1);
  res.sendStatus(204);
}

export async function use(req: Request, res: Response) {
  const changed = await Preset.query().findById(req.params.id).patch({ usage_count: raw('usage_count + 1') });
  res.sendStatus(changed ? 204 : 404);
}

export async function list(_req: Request, res: Response) {
  res.json(await Preset.query().orderBy('usage_count', 'desc').limit(50));
}
