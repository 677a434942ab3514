// writes: none
export const looks = pgTable('presets', {
  id: serial('id').primaryKey(),
  timesUsed: integer('usage_count').default(0),
});
