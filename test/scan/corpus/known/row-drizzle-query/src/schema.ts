// writes: none
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
export const presets = pgTable('presets', { id: uuid('id'), name: text('name'), usageCount: integer('usage_count') });
