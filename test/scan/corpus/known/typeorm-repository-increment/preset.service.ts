// writes: 10 orm
@Injectable()
export class PresetService {
  constructor(
    @InjectRepository(Preset)
    private readonly presetRepository: Repository<Preset>,
  ) {}

  async use(id: string) {
    await this.presetRepository.increment({ id }, 'usageCount', 1);
  }
}
