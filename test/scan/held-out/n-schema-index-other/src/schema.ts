// writes: none
import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', { id: uuid('id').primaryKey(), usageCount: integer('usage_count') });
export const brushes = pgTable('brushes', { id: uuid('id').primaryKey(), usageCount: integer('usage_count') });
