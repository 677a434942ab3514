// writes: none
import { integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  config: jsonb('config').notNull(),
  usageCount: integer('usage_count').notNull().default(0),
});

export const presetUsage = pgTable('preset_usage', {
  id: uuid('id').primaryKey().defaultRandom(),
  presetId: uuid('preset_id').notNull().references(() => presets.id),
  userId: uuid('user_id').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});
