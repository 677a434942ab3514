// writes: none
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
export const presets = pgTable('presets', {
  id: uuid('id').primaryKey(),
  folderId: text('folder_id'),
  usageCount: integer('usage_count').notNull().default(0),
});
