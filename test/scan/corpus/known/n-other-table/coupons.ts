// writes: none
export const redeem = (supabase, coupon) =>
  supabase.from('coupons').update({ usage_count: coupon.usage_count + 1 }).eq('id', coupon.id);
