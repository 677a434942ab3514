// writes: none
import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';
export const presets = pgTable('presets', { id: uuid('id'), usageCount: integer('usage_count') });
export const styles = pgTable('styles', { id: uuid('id'), usageCount: integer('usage_count') });
