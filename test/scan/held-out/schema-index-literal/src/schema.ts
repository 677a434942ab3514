// writes: none
import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';

export const presets = pgTable('presets', { id: uuid('id').primaryKey(), usageCount: integer('usage_count').notNull().default(0) });
export const templates = pgTable('templates', { id: uuid('id').primaryKey(), usageCount: integer('usage_count').notNull().default(0) });
