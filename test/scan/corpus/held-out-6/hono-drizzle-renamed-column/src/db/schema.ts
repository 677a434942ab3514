// writes: none
import { integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const filterPresets = pgTable('presets', {
  id: uuid('id').primaryKey().defaultRandom(),
  label: text('name').notNull(),
  uses: integer('usage_count').notNull().default(0),
  lastUsed: timestamp('last_used_at', { withTimezone: true }),
});

export const looks = pgTable('looks', {
  id: uuid('id').primaryKey().defaultRandom(),
  uses: integer('usage_count').notNull().default(0),
});
