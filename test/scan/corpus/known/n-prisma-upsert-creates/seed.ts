// writes: none
for (const preset of defaults) {
  await prisma.preset.upsert({
    where: { slug: preset.slug },
    create: { ...preset, usageCount: 0 },
    update: { name: preset.name, prompt: preset.prompt },
  });
}
