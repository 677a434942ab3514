// writes: 22 orm
import { Process, Processor } from '@nestjs/bull';
import { InjectRepository } from '@nestjs/typeorm';
import { Job } from 'bull';
import { Repository } from 'typeorm';
import { PresetEntity } from './entities/preset.entity';
import { RenderService } from '../render/render.service';

@Processor('render')
export class RenderProcessor {
  constructor(
    @InjectRepository(PresetEntity) private readonly repo: Repository<PresetEntity>,
    private readonly renderer: RenderService,
  ) {}

  @Process('preset')
  async run(job: Job<{ presetId: number; assetId: string }>) {
    const preset = await this.repo.findOneByOrFail({ id: job.data.presetId });
    const output = await this.renderer.render(job.data.assetId, preset.title);
    await job.progress(90);

    await this.repo.save(Object.assign(preset, { usageCount: preset.usageCount + 1, lastUsedAt: new Date() }));
    return output.url;
  }
}
