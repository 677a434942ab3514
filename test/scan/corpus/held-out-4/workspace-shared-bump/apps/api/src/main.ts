// writes: 15 supabase-update
import Fastify from 'fastify';
import { createClient } from '@supabase/supabase-js';
import { TABLE_PRESETS, bumpUsage, usageOf } from '@acme/db';

const app = Fastify({ logger: true });
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);

app.post<{ Params: { id: string } }>('/presets/:id/use', async (request, reply) => {
  await bumpUsage(request.params.id);
  return reply.code(202).send({ usage: await usageOf(request.params.id) });
});

app.post<{ Params: { id: string } }>('/presets/:id/reset', async (request, reply) => {
  const { error } = await supabase.from(TABLE_PRESETS).update({ usage_count: 0 }).eq('id', request.params.id);
  return reply.code(error ? 500 : 204).send();
});

await app.listen({ port: 3000 });
