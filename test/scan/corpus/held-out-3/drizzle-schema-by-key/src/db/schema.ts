// writes: none
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  usageCount: integer('usage_count').notNull().default(0),
});

export const palettes = pgTable('palettes', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
});
