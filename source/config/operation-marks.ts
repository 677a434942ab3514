/** The program as it is typed, and as a name of SQL and of shells. */
export const programName = 'preset-usage';
export const nameInSql = programName.replaceAll('-', '_');

/** The application_name of this console's sessions, unless the user names another one. */
export const applicationName = 'preset-usage-console';

/** The setting through which a block of a repair or a simulation gets its values. */
export const givenSetting = `${nameInSql}.given`;

/** The key of the lock that keeps repairs apart; sql/reset-usage-counts.sql takes the same one. */
export const repairKey = `hashtext('preset-usage-console')`;
