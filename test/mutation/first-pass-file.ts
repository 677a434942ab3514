/** The file in which the first pass leaves the changes that it found noticed: the id of each, and the test. */
export const firstPassFile = 'first-pass.json';
