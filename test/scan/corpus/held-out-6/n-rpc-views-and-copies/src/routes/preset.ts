// writes: none
import { FastifyPluginAsync } from 'fastify';
import { supabaseAdmin } from '../supabase';

const presetRoutes: FastifyPluginAsync = async fastify => {
  fastify.get<{ Params: { id: string } }>('/presets/:id', async (request, reply) => {
    const { id } = request.params;
    const { data } = await supabaseAdmin.from('presets').select('id, name, usage_count, view_count').eq('id', id).single();
    if (!data) return reply.code(404).send();

    supabaseAdmin.rpc('increment_preset_view_count', { preset_id: id }).then(({ error }) => {
      if (error) request.log.warn(error);
    });
    return data;
  });

  fastify.post<{ Params: { id: string } }>('/presets/:id/share', async (request, reply) => {
    await supabaseAdmin.rpc('increment_preset_share_count', { preset_id: request.params.id });
    return reply.code(204).send();
  });
};

export default presetRoutes;
