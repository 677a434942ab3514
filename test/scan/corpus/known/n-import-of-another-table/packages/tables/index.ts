// writes: none
export const TABLE = 'styles';
