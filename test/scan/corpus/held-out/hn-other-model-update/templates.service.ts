// writes: none
export class TemplatesService {
  use(id: string) {
    return this.prisma.template.update({ where: { id }, data: { usageCount: { increment: 1 } } });
  }
  presets() {
    return this.prisma.preset.findMany({ orderBy: { usageCount: 'desc' } });
  }
}
