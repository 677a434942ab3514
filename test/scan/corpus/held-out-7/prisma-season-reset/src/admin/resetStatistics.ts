// writes: 13 prisma
import type { Request, Response } from 'express';
import { prisma } from '../prisma';
import { assertRole } from '../auth/roles';
import { audit } from '../audit';

/** POST /admin/teams/:teamId/reset-statistics */
export async function resetStatistics(req: Request, res: Response) {
  assertRole(req.user, 'team-admin');
  const teamId = Number(req.params.teamId);
  if (!Number.isInteger(teamId)) return res.status(400).json({ error: 'teamId' });

  const { count } = await prisma.preset.updateMany({
    where: { teamId },
    data: { usageCount: 0, lastUsedAt: null },
  });

  await audit(req.user, 'statistics.reset', { teamId, count });
  res.json({ reset: count });
}
