// writes: none
import { BadRequestException, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { Preset } from './preset.entity';

@Injectable()
export class PresetService {
  constructor(@InjectRepository(Preset) private readonly presets: Repository<Preset>) {}

  popular(): Promise<Preset[]> {
    return this.presets.find({
      where: { usageCount: MoreThan(10) },
      order: { usageCount: 'DESC' },
      select: { id: true, name: true, usageCount: true },
    });
  }

  async rename(id: string, name: string): Promise<void> {
    if (!name.trim()) throw new BadRequestException('A preset needs a name');
    await this.presets.update({ id }, { name: name.trim() });
  }

  create(name: string): Promise<Preset> {
    return this.presets.save(this.presets.create({ name }));
  }

  totalUses(): Promise<number | null> {
    return this.presets.sum('usageCount');
  }
}
