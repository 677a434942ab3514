// writes: none
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  usageCount: integer('usage_count').default(0).notNull(),
});

export const templates = pgTable('preset_templates', {
  id: uuid('id').primaryKey(),
  presetId: uuid('preset_id').references(() => presets.id),
  usageCount: integer('usage_count').default(0).notNull(),
});
