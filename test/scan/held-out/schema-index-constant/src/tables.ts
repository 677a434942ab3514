// writes: none
import { integer, pgTable, text } from 'drizzle-orm/pg-core';

export const tables = {
  presets: pgTable('presets', { slug: text('slug').primaryKey(), usageCount: integer('usage_count') }),
  users: pgTable('users', { id: text('id').primaryKey() }),
};
