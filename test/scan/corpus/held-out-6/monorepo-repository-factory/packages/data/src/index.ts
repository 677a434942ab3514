// writes: none
export { createRepository } from './createRepository';
