// writes: none
import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';

export const presetTable = pgTable('presets', {
  id: uuid('id').primaryKey(),
  uses: integer('usage_count').default(0).notNull(),
});
