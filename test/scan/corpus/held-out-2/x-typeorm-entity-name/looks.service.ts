// writes: 6 orm
import { Look } from './entities/look.entity';
export class LooksService {
  constructor(private readonly ds: DataSource) {}
  used(id: string) {
    return this.ds.getRepository(Look).increment({ id }, 'uses', 1);
  }
}
