// writes: none
import { createSchema } from 'graphql-yoga';
import type { Context } from './context';

export const schema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    type Preset {
      id: ID!
      name: String!
      usageCount: Int!
    }

    input PresetInput {
      name: String!
    }

    type Query {
      presets(minUses: Int = 0): [Preset!]!
    }

    type Mutation {
      updatePreset(id: ID!, input: PresetInput!): Preset!
      recordUse(presetId: ID!): Boolean!
    }
  `,
  resolvers: {
    Preset: { usageCount: row => row.usage_count ?? 0 },
    Query: {
      presets: (_, { minUses }, { sql }) => sql`select * from presets where usage_count >= ${minUses} order by usage_count desc`,
    },
    Mutation: {
      updatePreset: async (_, { id, input }, { sql }) => {
        const [row] = await sql`update presets set name = ${input.name} where id = ${id} returning *`;
        return row;
      },
      recordUse: async (_, { presetId }, { sql, viewer }) => {
        await sql`insert into preset_usage (preset_id, user_id) values (${presetId}, ${viewer.id})`;
        return true;
      },
    },
  },
});
