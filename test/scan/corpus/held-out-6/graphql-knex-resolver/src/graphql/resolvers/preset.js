// writes: 22 query-builder
import { GraphQLError } from 'graphql';

export const typeResolvers = {
  Preset: {
    usageCount: row => row.usage_count,
    author: (row, _args, { loaders }) => loaders.user.load(row.author_id),
  },
};

export const mutationResolvers = {
  async renamePreset(_root, { id, name }, { knex }) {
    const [row] = await knex('presets').where({ id }).update({ name }).returning('*');
    return row;
  },

  async usePreset(_root, { id }, { knex, viewer }) {
    if (!viewer) throw new GraphQLError('Sign in first', { extensions: { code: 'UNAUTHENTICATED' } });

    const [row] = await knex('presets')
      .where({ id })
      .update({
        usage_count: knex.raw('?? + 1', ['usage_count']),
        last_used_by: viewer.id,
      })
      .returning('*');
    if (!row) throw new GraphQLError('No such preset');
    return row;
  },
};
