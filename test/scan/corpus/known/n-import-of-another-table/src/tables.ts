// writes: none
export const TABLE = 'coupons';
