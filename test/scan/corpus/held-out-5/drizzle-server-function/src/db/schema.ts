// writes: none
import { integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', {
  id: uuid('id').defaultRandom().primaryKey(),
  name: text('name').notNull(),
  settings: jsonb('settings').notNull().default({}),
  usageCount: integer('usage_count').notNull().default(0),
  lastUsedAt: timestamp('last_used_at', { withTimezone: true }),
});

export const presetUsage = pgTable('preset_usage', {
  id: uuid('id').defaultRandom().primaryKey(),
  presetId: uuid('preset_id').notNull().references(() => presets.id),
  userId: text('user_id').notNull(),
});
