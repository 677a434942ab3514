/** What reads while the console watches may take one part in this many of the time: a slow database is read less often. */
export const tickShare = 10;
