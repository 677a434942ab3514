/** The application_name of this console's sessions, unless the user names another one. */
export const applicationName = 'preset-usage-console';

/** The setting through which a block of a repair or a simulation gets its values. */
export const givenSetting = 'preset_usage.given';

/** The key of the lock that keeps repairs apart; sql/reset-usage-counts.sql takes the same one. */
export const repairKey = `hashtext('preset-usage-console')`;
