// writes: none
export const redeem = (db: any, id: string) => db.query('UPDATE coupons SET usage_count = usage_count + 1 WHERE id = $1', [id])
