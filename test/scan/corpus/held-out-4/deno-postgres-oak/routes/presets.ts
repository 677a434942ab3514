// writes: 11 sql, 22 sql
import { Router } from 'https://deno.land/x/oak@v12.6.1/mod.ts';
import { pool } from '../db.ts';

export const router = new Router({ prefix: '/presets' });

router.post('/:id/use', async (ctx) => {
  const client = await pool.connect();
  try {
    const id = ctx.params.id;
    await client.queryObject`UPDATE presets SET usage_count = usage_count + 1 WHERE id = ${id}`;
    const { rows } = await client.queryObject<{ usage_count: number }>`SELECT usage_count FROM presets WHERE id = ${id}`;
    ctx.response.body = rows[0];
  } finally {
    client.release();
  }
});

router.post('/reset', async (ctx) => {
  const client = await pool.connect();
  try {
    await client.queryArray('UPDATE presets SET usage_count = 0, last_used_at = NULL');
    ctx.response.status = 204;
  } finally {
    client.release();
  }
});
