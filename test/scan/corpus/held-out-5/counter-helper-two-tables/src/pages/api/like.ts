// writes: none
import type { NextApiRequest, NextApiResponse } from 'next';
import { incrementCounter } from '../../lib/counters';

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const { imageId } = req.body;
  await incrementCounter('images', 'like_count', imageId);
  res.status(204).end();
}
