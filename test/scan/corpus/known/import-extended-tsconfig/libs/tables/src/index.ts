// writes: none
export * from './names';
