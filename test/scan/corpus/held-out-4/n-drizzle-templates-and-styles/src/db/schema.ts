// writes: none
import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core';

const counted = { usageCount: integer('usage_count').notNull().default(0) };

export const presets = pgTable('presets', { id: serial('id').primaryKey(), name: text('name').notNull(), ...counted });
export const templates = pgTable('templates', { id: serial('id').primaryKey(), body: text('body').notNull(), ...counted });
export const styles = pgTable('styles', { id: serial('id').primaryKey(), css: text('css').notNull(), ...counted });
