// writes: none
import { integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', {
  id: uuid('id').defaultRandom().primaryKey(),
  name: text('name').notNull(),
  usageCount: integer('usage_count').notNull().default(0),
});

export const presetUsage = pgTable('preset_usage', {
  id: uuid('id').defaultRandom().primaryKey(),
  presetId: uuid('preset_id').notNull().references(() => presets.id),
  usedAt: timestamp('used_at').defaultNow(),
});

export const coupons = pgTable('coupons', {
  code: text('code').primaryKey(),
  usageCount: integer('usage_count').notNull().default(0),
});
