// writes: none
import { Repository } from 'typeorm'
import { Coupon } from './coupon'
export class C { constructor(private repo: Repository<Coupon>) {}
 f(id) { return this.repo.increment({ id }, 'usage_count', 1) } }
