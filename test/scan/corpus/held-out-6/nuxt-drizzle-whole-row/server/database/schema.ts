// writes: none
import { integer, jsonb, pgTable, serial, text } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  description: text('description'),
  options: jsonb('options').$type<Record<string, unknown>>().notNull(),
  usageCount: integer('usage_count').notNull().default(0),
});
