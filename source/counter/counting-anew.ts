/**
 * The setting of a transaction in which a trigger that `migrate` installs says: this statement changes how records belong to rows.
 * Triggers that fire after it in the same statement then count anew: what they see would be added twice.
 */
export const countingAnew = 'keep_counters.counting_anew';
