// writes: none
import { integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  settings: jsonb('settings').notNull(),
  uses: integer('usage_count').notNull().default(0),
  lastUsedAt: timestamp('last_used_at', { withTimezone: true }),
});

export const presetUsage = pgTable('preset_usage', {
  id: uuid('id').primaryKey().defaultRandom(),
  presetId: uuid('preset_id').notNull().references(() => presets.id, { onDelete: 'cascade' }),
  userId: uuid('user_id').notNull(),
  usedAt: timestamp('used_at', { withTimezone: true }).notNull().defaultNow(),
});
